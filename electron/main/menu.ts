/** The application menu. What concerns the run goes to the window, which does it the same way as its own buttons. */
import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuAction } from '../../src/contract/contract.ts';

export interface MenuHandlers {
  act(action: MenuAction): void;
  openFile(): void;
}

/** @param developer adds the entries that only somebody who works on the app needs. */
export function installMenu(handlers: MenuHandlers, developer: boolean): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(handlers, developer, process.platform === 'darwin')));
}

/** The entries of the menu bar. */
export function menuTemplate(handlers: MenuHandlers, developer: boolean, mac: boolean): MenuItemConstructorOptions[] {
  const item = (label: string, action: MenuAction, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => handlers.act(action),
    // Single keys are shown only: the window listens for them itself, and knows when somebody is typing.
    ...(accelerator !== undefined && { accelerator, registerAccelerator: accelerator.includes('+') }),
  });
  const developerItems: MenuItemConstructorOptions[] = [
    { type: 'separator' },
    { role: 'reload' },
    { role: 'toggleDevTools' },
  ];
  return [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        item('New Run…', 'new-run', 'CmdOrCtrl+N'),
        { label: 'Open Scenario…', accelerator: 'CmdOrCtrl+O', click: () => handlers.openFile() },
        { type: 'separator' },
        { role: mac ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&Run',
      submenu: [item('Play or Pause', 'play-pause', 'Space'), item('One Event', 'step', '.')],
    },
    {
      label: '&View',
      submenu: [
        item('Light or Dark', 'toggle-theme'),
        item('Reset Layout', 'reset-layout'),
        { type: 'separator' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
        { role: 'togglefullscreen' },
        ...(developer ? developerItems : []),
      ],
    },
    { role: 'help', submenu: [item('Shortcuts', 'show-shortcuts', '?'), item('About Synod', 'about')] },
  ];
}
