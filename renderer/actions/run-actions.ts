import { ArchiveRestore, FilePen, FolderOpen, LibraryBig, Plus, Repeat, Save, SaveAll } from '@lucide/vue';
import type { Action } from './action.ts';

/** Beginning, opening and saving runs. */
export const runActions: readonly Action[] = [
  {
    id: 'new-run',
    group: 'Run',
    title: 'New run…',
    meaning: 'Ends this run and begins another.',
    icon: Plus,
    chords: ['Mod+N'],
    perform: ({ ui }) => ui.open({ name: 'new-run' }),
  },
  {
    id: 'run-again',
    group: 'Run',
    title: 'Run again from the start',
    meaning: 'The same seed and settings, without what you did since.',
    icon: Repeat,
    chords: ['Mod+Shift+R'],
    perform: ({ run }) => {
      if (run.session === null) return null;
      const { nodes, seed, config, network, client } = run.session.header;
      return run.newRun({ nodes: nodes.length, seed, config: { ...(config as object) }, network: { ...network }, client });
    },
  },
  {
    id: 'library',
    group: 'Run',
    title: 'Library…',
    meaning: 'Scenarios to open and play with, each of which teaches one thing.',
    icon: LibraryBig,
    chords: ['Mod+L'],
    perform: ({ ui }) => ui.open({ name: 'library' }),
  },
  {
    id: 'open',
    group: 'Run',
    title: 'Open…',
    meaning: 'Opens a run or a scenario from a file.',
    icon: FolderOpen,
    chords: ['Mod+O'],
    perform: ({ files }) => files.open(),
  },
  {
    id: 'save',
    group: 'Run',
    title: ({ files }) => (files.name === '' ? 'Save…' : 'Save'),
    meaning: 'Writes the run, to its file.',
    icon: Save,
    chords: ['Mod+S'],
    perform: ({ files }) => files.save(false),
  },
  {
    id: 'save-as',
    group: 'Run',
    title: 'Save as…',
    meaning: 'Writes the run to another file.',
    icon: SaveAll,
    chords: ['Mod+Shift+S'],
    perform: ({ files }) => files.save(true),
  },
  {
    id: 'save-scenario',
    group: 'Run',
    title: 'Save as a scenario…',
    meaning: 'Writes the cluster and what you did to it as a scenario that can be read and changed.',
    icon: FilePen,
    perform: ({ files }) => files.saveScenario(),
  },
  {
    id: 'recover',
    group: 'Run',
    title: 'Runs that were not closed…',
    meaning: 'Offers what an earlier launch left behind.',
    icon: ArchiveRestore,
    blocked: ({ files }) => (files.recoverable.length === 0 ? 'Every run was closed properly.' : null),
    perform: ({ files }) => (files.later = false),
  },
];
