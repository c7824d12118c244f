/** What the commands of the command line have in common. */
import { EXIT_BROKEN, EXIT_INTERRUPTED, EXIT_OK, EXIT_VIOLATION } from './exit-codes.ts';
import type { Ending, Report } from './report.ts';

/** The first interruption ends a run with its summary, the second ends the program. */
export function interrupted(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Whoever reads may have seen enough (`synod run | head`).
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT_OK);
  });
  return controller.signal;
}

/** Prints on standard output. */
export function write(text: string): void {
  process.stdout.write(text);
}

/** Prints the summary. @returns the exit code as far as what happened in the run decides it */
export function conclude(report: Report, ending: Ending): number {
  report.end(ending);
  if (report.violated && !report.violationExpected) return EXIT_VIOLATION;
  return report.broken ? EXIT_BROKEN : EXIT_OK;
}
