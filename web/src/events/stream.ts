/** One stream of events for this tab; it comes back by itself, where it broke off. */
import { api, told } from "@/api/client";
import type { Progress } from "@/api/types";

export interface JobStateEvent {
  id: string;
  type: string;
  state: string;
  title: string;
  node: string;
  subsystem: string;
  event: string;
  at: string;
}

export interface Heard {
  jobState: (event: JobStateEvent) => void;
  jobProgress: (event: { id: string; progress: Progress }) => void;
  jobLog: (event: { id: string }) => void;
  inventoryChanged: (event: { table: string; node: string }) => void;
  alert: () => void;
  /** It is open, for the first time or again: what happened before that was not told. */
  opened: () => void;
}

export type Connection = "connecting" | "open" | "lost";

const LOST_AFTER_MS = 3000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 20_000;

/** How the stream is; for useSyncExternalStore. */
export class EventStream {
  private source: EventSource | null = null;
  private lastId: string | null = null;
  private pauseMs = FIRST_PAUSE_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private connection: Connection = "connecting";
  private readonly watchers = new Set<() => void>();

  constructor(private readonly heard: Heard) {}

  readonly state = (): Connection => this.connection;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  open(): void {
    this.close();
    const since = this.lastId === null ? "" : `?last_event_id=${encodeURIComponent(this.lastId)}`;
    const source = new EventSource(`/api/v1/events${since}`);
    this.source = source;
    source.onopen = () => this.opened();
    source.onerror = () => this.failed(source);
    this.hear(source);
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.source?.close();
    this.source = null;
  }

  private hear(source: EventSource): void {
    const on = (name: string, tell: (data: never) => void) =>
      source.addEventListener(name, (event: MessageEvent<string>) => {
        if (event.lastEventId) this.lastId = event.lastEventId;
        tell(JSON.parse(event.data) as never);
      });
    on("job.state", this.heard.jobState);
    on("job.progress", this.heard.jobProgress);
    on("job.log", this.heard.jobLog);
    on("inventory.changed", this.heard.inventoryChanged);
    on("alert", this.heard.alert);
  }

  private opened(): void {
    clearTimeout(this.timer);
    this.pauseMs = FIRST_PAUSE_MS;
    this.become("open");
    this.heard.opened();
  }

  /** The browser tries again by itself, unless the answer was a refusal: then we do. */
  private failed(source: EventSource): void {
    clearTimeout(this.timer);
    if (source.readyState === EventSource.CLOSED) {
      this.lose();
      this.later();
    } else {
      this.timer = setTimeout(() => this.lose(), LOST_AFTER_MS);
    }
  }

  private later(): void {
    this.timer = setTimeout(() => void this.again(), this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
  }

  private async again(): Promise<void> {
    const mine = this.timer;
    // Renews the access token, or ends the session.
    const isIn = await told(api.GET("/api/v1/auth/me")).then(
      () => true,
      () => false,
    );
    if (this.timer !== mine) return; // closed, or opened by somebody else, meanwhile
    if (isIn) this.open();
    else this.later();
  }

  private lose(): void {
    this.become("lost");
  }

  private become(connection: Connection): void {
    if (this.connection === connection) return;
    this.connection = connection;
    for (const watcher of this.watchers) watcher();
  }
}
