import { Info, Keyboard, LayoutPanelLeft, Link2, List, ShieldCheck, SunMoon } from '@lucide/vue';
import { whole } from '../../src/contract/index.ts';
import type { Action } from './action.ts';
import { part } from './parting.ts';

/** The whole cluster, and the window. */
export const windowActions: readonly Action[] = [
  {
    id: 'heal',
    group: 'Network',
    title: 'Heal the network',
    meaning: 'Puts all nodes back on one island.',
    icon: Link2,
    chords: ['Shift+J'],
    blocked: ({ run }) => ((run.world?.groups.length ?? 1) === 1 ? 'All nodes are together.' : null),
    perform: (context) => part(context, 'Heal the network', () => whole(context.run.actors)),
  },
  {
    id: 'toggle-theme',
    group: 'Window',
    title: 'Light or dark',
    meaning: 'Changes between the light and the dark theme.',
    icon: SunMoon,
    chords: ['Mod+Shift+L'],
    perform: ({ ui }) => (ui.theme = ui.shownTheme === 'dark' ? 'light' : 'dark'),
  },
  {
    id: 'toggle-log',
    group: 'Window',
    title: 'Show or hide the lower panel',
    meaning: 'Gives the room of log, slots and database to the stage.',
    icon: List,
    chords: ['L'],
    perform: ({ ui }) => (ui.logOpen = !ui.logOpen),
  },
  {
    id: 'show-checks',
    group: 'Window',
    title: 'Checks',
    meaning: 'Shows what is checked while the run goes on, and what is violated.',
    icon: ShieldCheck,
    chords: ['V'],
    perform: ({ ui }) => (ui.tab = 'checks'),
  },
  {
    id: 'reset-layout',
    group: 'Window',
    title: 'Reset the layout',
    meaning: 'Gives every panel its first size.',
    icon: LayoutPanelLeft,
    perform: ({ ui }) => ui.resetLayout(),
  },
  {
    id: 'show-shortcuts',
    group: 'Window',
    title: 'Keyboard shortcuts',
    meaning: 'Lists all keys.',
    icon: Keyboard,
    chords: ['?'],
    perform: ({ ui }) => ui.open({ name: 'shortcuts' }),
  },
  {
    id: 'about',
    group: 'Window',
    title: 'About Synod',
    meaning: 'Version and what it runs on.',
    icon: Info,
    perform: ({ ui }) => ui.open({ name: 'about' }),
  },
];
