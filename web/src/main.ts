import { mount } from "svelte";
import App from "./App.svelte";
import { live } from "./state/live.svelte";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/print.css";

live.connect();
mount(App, { target: document.getElementById("app")! });
