// Draws icon.svg to icon.png with Electron itself. To be run after icon.svg was changed: node build/icons/draw.mjs
import { join } from 'node:path';
import { withVirtualDisplay } from '../setup/display.mjs';
import { ensureElectron, sandboxArguments } from '../setup/electron.mjs';
import { ensureDependencies } from '../setup/npm.mjs';
import { root } from '../setup/paths.mjs';
import { runShown } from '../setup/run.mjs';
import { runCommand } from '../setup/steps.mjs';
import { ensureSystemPackages } from '../setup/system.mjs';

await runCommand(async () => {
  await ensureDependencies();
  await ensureSystemPackages({ display: true });
  const electron = await ensureElectron();
  const args = [join(root, 'build', 'icons', 'draw-window.cjs'), ...sandboxArguments()];
  return withVirtualDisplay((env) => runShown(electron.path, args, { env }));
});
