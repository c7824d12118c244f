/** The released program lets nobody in: no debugger, no Node, no other application. The one for tests lets Playwright in. */
import { join } from 'node:path';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { describe, expect, it } from 'vitest';
import { distribution } from './distribution.ts';

// In a program's fuse wire a fuse that is on is the character '1'.
const ON = 0x31;

const CLOSED = [
  FuseV1Options.RunAsNode,
  FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  FuseV1Options.GrantFileProtocolExtraPrivileges,
  FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
];

async function fusesOf(program: string) {
  const wire = await getCurrentFuseWire(program);
  return (fuse: FuseV1Options) => Number(wire[fuse]) === ON;
}

describe('fuses', () => {
  it('are closed in the released program', async () => {
    const isOn = await fusesOf(join(distribution.release, 'synod'));
    for (const fuse of CLOSED) expect(isOn(fuse), FuseV1Options[fuse]).toBe(false);
    expect(isOn(FuseV1Options.EnableNodeCliInspectArguments)).toBe(false);
    expect(isOn(FuseV1Options.OnlyLoadAppFromAsar)).toBe(true);
  });

  it('differ in the program for tests by the debugger alone', async () => {
    const isOn = await fusesOf(distribution.testProgram);
    for (const fuse of CLOSED) expect(isOn(fuse), FuseV1Options[fuse]).toBe(false);
    expect(isOn(FuseV1Options.EnableNodeCliInspectArguments)).toBe(true);
    expect(isOn(FuseV1Options.OnlyLoadAppFromAsar)).toBe(true);
  });
});
