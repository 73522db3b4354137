import pc from "picocolors";

/** A finished stage and how long it took. */
export interface StageTime {
  readonly title: string;
  readonly seconds: number;
}

/** Runs the stages of the demo one after the other, says what each is for and keeps its time. */
export class Stages {
  readonly times: StageTime[] = [];
  private readonly total: number;

  constructor(total: number) {
    this.total = total;
  }

  /** @throws whatever `work` throws, after the stage's line says that it failed. */
  async run<T>(title: string, work: () => Promise<T>): Promise<T> {
    const position = `[${this.times.length + 1}/${this.total}]`;
    process.stdout.write(`\n${pc.bold(pc.cyan(`${position} ${title}`))}\n`);
    const start = performance.now();
    try {
      const result = await work();
      const seconds = (performance.now() - start) / 1000;
      this.times.push({ title, seconds });
      process.stdout.write(`${pc.green("done")} ${position} ${title} (${duration(seconds)})\n`);
      return result;
    } catch (error) {
      process.stdout.write(
        `${pc.red("FAILED")} ${position} ${title} (${duration((performance.now() - start) / 1000)})\n`,
      );
      throw error;
    }
  }
}

/** "3.2 s" or "4 min 05 s". */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const rest = Math.round(seconds % 60);
  return `${Math.floor(seconds / 60)} min ${String(rest).padStart(2, "0")} s`;
}
