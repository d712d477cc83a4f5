/** Gather what comes in a short while, then act once: a busy appliance must cause no storm. */
export class Batch<T> {
  private readonly gathered = new Set<T>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly act: (gathered: T[]) => void,
    private readonly forMs: number,
  ) {}

  add(one: T): void {
    this.gathered.add(one);
    this.timer ??= setTimeout(() => this.flush(), this.forMs);
  }

  private flush(): void {
    this.timer = undefined;
    const all = [...this.gathered];
    this.gathered.clear();
    this.act(all);
  }
}
