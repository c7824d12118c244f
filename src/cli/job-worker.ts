/** Entry of a thread that does jobs, for the command line and for the app. Bundled to out/main/job-worker.cjs. */
import { parentPort } from 'node:worker_threads';
import { jobOf } from '../explore/plan.ts';
import { serveJobs } from '../host/jobs/serve-jobs.ts';

serveJobs(parentPort!, jobOf);
