// A value that is being asked for: the old one stays on the page until the new one is there.
import { ApiError } from "./client";

export class Loaded<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<ApiError | null>(null);
  loading = $state(false);
  #controller: AbortController | null = null;

  /** Asks, and forgets what was asked before. Give the result to an effect as its clean-up. */
  ask(question: (signal: AbortSignal) => Promise<T>): () => void {
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    this.loading = true;
    question(controller.signal).then(
      (value) => {
        if (controller.signal.aborted) return;
        this.value = value;
        this.error = null;
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
