import './no-eval.ts';
import { createPinia } from 'pinia';
import { createApp, watch } from 'vue';
import App from './App.vue';
import { useBranches } from './stores/branches.ts';
import { useFiles } from './stores/files.ts';
import { useHistory } from './stores/history.ts';
import { useRun } from './stores/run.ts';
import './design/index.css';

/** A page that has heard nothing of a run for so long, ms, shows itself all the same. */
const PATIENCE_MS = 250;

const pinia = createPinia();
const app = createApp(App).use(pinia);
const run = useRun(pinia);
// All who listen to main are there before it is asked to speak.
useHistory(pinia);
useBranches(pinia);
useFiles(pinia);
void run.attach();
// Drawn once, with what there is to see, and not first empty and then again.
await new Promise<void>((done) => {
  watch(() => run.frameNow, () => done(), { once: true, flush: 'sync' });
  setTimeout(done, PATIENCE_MS);
});
app.mount('#app');
