import type { JobDraft } from "@/jobs/queries";

/** Gives a request its key: the same as long as it asks for the same job and none was started. */
export class OnceKey {
  private known: { draft: string; key: string } | undefined;

  constructor(private readonly make: () => string = () => crypto.randomUUID()) {}

  /** Another request needs another key: the API refuses one key for two. */
  for(draft: JobDraft): string {
    const text = JSON.stringify(draft);
    if (this.known?.draft !== text) this.known = { draft: text, key: this.make() };
    return this.known.key;
  }

  /** It was started: the same again is meant to start another. */
  used(): void {
    this.known = undefined;
  }
}
