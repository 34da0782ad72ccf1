// A value that is being asked for: the old one stays on the page until the new one is there.
import { untrack } from "svelte";
import { ApiError } from "./client";

export class Loaded<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<ApiError | null>(null);
  loading = $state(false);
  /** The value answers another question than the one being asked; not when the same one is asked again for new data. */
  stale = $state(false);
  #controller: AbortController | null = null;
  #answered = "";

  /** Asks, and forgets what was asked before. `key` tells questions apart. Give the result to an effect as its clean-up. */
  ask(question: (signal: AbortSignal) => Promise<T>, key = ""): () => void {
    this.#controller?.abort();
    this.stale = untrack(() => this.value) !== null && key !== this.#answered;
    const controller = new AbortController();
    this.#controller = controller;
    this.loading = true;
    question(controller.signal).then(
      (value) => {
        if (controller.signal.aborted) return;
        this.value = value;
        this.error = null;
        this.stale = false;
        this.#answered = key;
        this.loading = false;
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        this.error = error;
        this.loading = false;
      },
    );
    return () => controller.abort();
  }
}
