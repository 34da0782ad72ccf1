// New data and lost servers, told by the server's event stream.
const RETRY_MS = 3000;
const OWN_CHANGE_MS = 3000;

let version = $state(0);
let connected = $state(true);
let ownUntil = 0;
let refreshedAt = $state.raw<Date | null>(null);

function connect(): void {
  const stream = new EventSource("/api/v1/changes");
  let lost = false;
  stream.onopen = () => {
    // After a loss anything may have changed.
    if (!connected) version += 1;
    connected = true;
    lost = false;
  };
  stream.onmessage = () => {
    version += 1;
    if (Date.now() > ownUntil) refreshedAt = new Date();
  };
  stream.onerror = () => {
    // Once is a hiccup, which the browser mends by itself; twice in a row is a server that is gone.
    if (lost || stream.readyState === EventSource.CLOSED) connected = false;
    lost = true;
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, RETRY_MS);
  };
}

export const live = {
  connect,
  /** Grows when what is on the page may be old. Read it in an effect to ask again. */
  get version(): number {
    return version;
  },
  /** This page changes something itself: what comes of it is no news. */
  expectOwnChange(): void {
    ownUntil = Date.now() + OWN_CHANGE_MS;
  },
  get connected(): boolean {
    return connected;
  },
  get refreshedAt(): Date | null {
    return refreshedAt;
  },
};
