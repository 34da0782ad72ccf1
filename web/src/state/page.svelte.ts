// The one view of the page, tied to its address and to the browser's history.
import { parseView, viewSearch, type View } from "./view";

let view = $state.raw<View>(parseView(location.search));

addEventListener("popstate", () => {
  view = parseView(location.search);
});

export const page = {
  get view(): View {
    return view;
  },
  /** Goes to a changed view, as a step that the back button undoes. */
  go(change: Partial<View>): void {
    view = { ...view, ...change };
    history.pushState({ steppedIn: true }, "", location.pathname + viewSearch(view));
  },
  /** Changes the view without a step in the history. */
  replace(change: Partial<View>): void {
    view = { ...view, ...change };
    history.replaceState(history.state, "", location.pathname + viewSearch(view));
  },
  closeEvidence(): void {
    // Opened on this page: closing is going back. Opened by a link: there is nothing of ours to go back to.
    if ((history.state as { steppedIn?: boolean } | null)?.steppedIn) history.back();
    else page.replace({ evidence: null, at: null, segment: null });
  },
  clearFilters(): void {
    page.go({ source: [], place: [], organization: [], who: null });
  },
};
