/** The application menu. What concerns the run goes to the window, which does it the same way as its own buttons. */
import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuAction } from '../../src/contract/contract.ts';

/**
 * @param act carries out an entry
 * @param developer adds the entries that only somebody who works on the app needs
 */
export function installMenu(act: (action: MenuAction) => void, developer: boolean): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(act, developer, process.platform === 'darwin')));
}

/** The entries of the menu bar. */
export function menuTemplate(
  act: (action: MenuAction) => void,
  developer: boolean,
  mac: boolean,
): MenuItemConstructorOptions[] {
  // Keys without a modifier are shown only: the window listens for them itself, and knows when somebody is typing.
  const item = (label: string, action: MenuAction, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => act(action),
    ...(accelerator !== undefined && { accelerator, registerAccelerator: accelerator.includes('+') }),
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  return [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        item('New Run…', 'new-run', 'CmdOrCtrl+N'),
        item('Library…', 'library', 'CmdOrCtrl+L'),
        item('Open…', 'open', 'CmdOrCtrl+O'),
        separator,
        item('Save', 'save', 'CmdOrCtrl+S'),
        item('Save As…', 'save-as', 'CmdOrCtrl+Shift+S'),
        item('Save as Scenario…', 'save-scenario'),
        separator,
        { role: mac ? 'close' : 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        // Shown only, too: a text field has an undo of its own, which must not take the run back.
        { ...item('Undo', 'undo', 'CmdOrCtrl+Z'), registerAccelerator: false },
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: '&Run',
      submenu: [
        item('Play or Pause', 'play-pause', 'Space'),
        item('One Event', 'step', '.'),
        item('Hold Packets', 'hold-mode'),
        separator,
        item('One Event Back', 'step-back', ','),
        item('Previous Mark', 'previous-mark', '<'),
        item('Next Mark', 'next-mark', '>'),
        item('Go Live', 'go-live', 'End'),
        separator,
        item('Fork Here', 'fork', 'F'),
        separator,
        item('Fuzz and Search…', 'lab', 'CmdOrCtrl+E'),
        item('Explore from Here…', 'explore-here', 'CmdOrCtrl+Shift+E'),
      ],
    },
    {
      label: '&View',
      submenu: [
        item('Light or Dark', 'toggle-theme'),
        item('Reset Layout', 'reset-layout'),
        separator,
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
        { role: 'togglefullscreen' },
        ...(developer ? [separator, { role: 'reload' } as const, { role: 'toggleDevTools' } as const] : []),
      ],
    },
    { role: 'help', submenu: [item('Shortcuts', 'show-shortcuts', '?'), item('About Synod', 'about')] },
  ];
}
