/** Which process wrote something, so that a later one can tell whether it still runs. */
import { readFileSync } from 'node:fs';
import type { ProcessIdentity } from '../cluster/run-file/journal.ts';

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, start: startOf(process.pid) ?? '' };
}

/** Whether a process still runs: one with this number is there, and it is not another that was given the number later. */
export function isRunning({ pid, start }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // It is somebody else's: there is one.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);
  return start === '' || now === '' || now === start;
}

/**
 * When a process was started: the boot of the machine, and the time since then. Empty where the system does not tell;
 * null for a process that has ended.
 */
function startOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, in which anything can stand. (man 5 proc_pid_stat)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : `${boot}/${fields[19]}`;
  } catch {
    return '';
  }
}
