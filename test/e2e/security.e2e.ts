/** What the page cannot do, tried from inside the page of the running app. */
import type { SessionInfo } from '../../src/contract/index.ts';
import { expect, test, type SynodApp } from './app.ts';

test('the bridge is the only thing of ours in the page, and has two functions', async ({ synod }) => {
  const found = await synod.page.evaluate(() => ({
    bridge: Object.keys(window.synod).sort(),
    node: [
      'require',
      'process',
      'module',
      'exports',
      'Buffer',
      'global',
      '__dirname',
      'electron',
      'ipcRenderer',
    ].filter((name) => name in window),
    frozen: Reflect.set(window.synod, 'request', null),
  }));
  expect(found).toEqual({ bridge: ['on', 'request'], node: [], frozen: false });
});

test('the window is sandboxed, isolated and without Node', async ({ synod }) => {
  const preferences = await synod.electron.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]!.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>;
    };
    const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag } = contents.getLastWebPreferences();
    return { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag };
  });
  expect(preferences).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
  });
});

test('malformed and out-of-range requests are refused with a sentence, and change nothing', async ({ synod }) => {
  // Still, so that whatever changes was changed by us.
  await synod.request('transport:set', { playing: false });
  await synod.request('session:command', { type: 'client', settings: { enabled: false } });
  const before = await stateOf(synod);
  const wrong: [string, unknown, RegExp][] = [
    ['session:command', { type: 'crash', node: 99 }, /^node: must be a whole number from 1 to 23, not 99$/],
    ['session:command', { type: 'crash', node: 6 }, /n6/],
    ['session:command', { type: 'crash', node: 1, force: true }, /no field "force"/],
    ['session:command', { type: 'launch' }, /^type: must be "propose"/],
    ['session:command', { type: 'partition', groups: [[1], [1, 2, 3, 4, 5]] }, /n1 stands in two groups/],
    [
      'session:command',
      { type: 'network', settings: { loss: { probability: 2 } } },
      /loss\.probability: must be a number from 0 to 1/,
    ],
    ['session:command', { type: 'died', node: 1, error: 'x' }, /dies by itself/],
    ['session:command', null, /must be an object/],
    ['session:command', 'crash n1', /must be an object/],
    ['session:new', { nodes: 1e9, seed: 1 }, /^nodes: must be a whole number from 1 to 15/],
    ['session:new', { nodes: 5, seed: -1 }, /^seed: must be a whole number from 0/],
    ['transport:set', { speed: 1e6 }, /^speed: must be a number from 0\.015625 to 64, or "max"/],
    ['node:inspect', { node: 1.5 }, /^node: must be a whole number/],
    ['frame:acknowledge', { run: 0 }, /^frame: is missing/],
    ['transport:step', [], /must be left out/],
    ['fs:read', '/etc/passwd', /no request "fs:read"/],
    ['__proto__', null, /no request/],
  ];
  for (const [channel, argument, sentence] of wrong) {
    const answer = await synod.ask(channel, argument);
    expect(answer, `${channel} ${JSON.stringify(argument)}`).toMatchObject({
      ok: false,
      error: expect.stringMatching(sentence),
    });
  }
  const unsendable = await synod.page.evaluate(() =>
    window.synod.request('node:inspect', { node: (() => 1) as never }).catch(String),
  );
  expect(unsendable).not.toMatchObject({ ok: true });
  expect(await stateOf(synod)).toEqual(before);
});

test('a listener can be given for known messages only, and gets no event object', async ({ synod }) => {
  const refused = await synod.page.evaluate(() => {
    try {
      window.synod.on('shell' as 'menu', () => undefined);
      return 'taken';
    } catch (error) {
      return String(error);
    }
  });
  expect(refused).toContain('no messages "shell"');
  const heard = await synod.page.evaluateHandle(() => {
    const heard: unknown[][] = [];
    window.synod.on('menu', (...given: unknown[]) => heard.push(given));
    return heard;
  });
  await synod.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.webContents.send('menu', 'reset-layout'),
  );
  await expect.poll(() => heard.jsonValue()).toEqual([['reset-layout']]);
});

test('the page cannot go elsewhere or open windows', async ({ synod }) => {
  synod.expectErrors(/./);
  const { page } = synod;
  const address = page.url();
  expect(address).toBe('app://synod/index.html');
  for (const target of [
    'https://example.org/',
    'file:///etc/passwd',
    'data:text/html,hello',
    'app://other/index.html',
  ]) {
    await page.evaluate((to) => {
      const link = document.createElement('a');
      link.href = to;
      document.body.append(link);
      link.click();
      link.target = '_blank';
      link.click();
      link.remove();
    }, target);
    expect(await page.evaluate((to) => window.open(to), target)).toBeNull();
  }
  const frames = await page.evaluate(() => {
    const frame = document.createElement('iframe');
    frame.src = 'https://example.org/';
    document.body.append(frame, document.createElement('webview'));
    return document.body.querySelector<HTMLIFrameElement>('iframe')!.contentDocument === null ? 'closed' : 'empty';
  });
  expect(['closed', 'empty']).toContain(frames);
  expect(page.url()).toBe(address);
  expect(synod.electron.windows()).toHaveLength(1);
});

test('permissions are denied', async ({ synod }) => {
  synod.expectErrors(/permission/i);
  const answers = await synod.page.evaluate(async () => ({
    notifications: await Notification.requestPermission(),
    geolocation: (await navigator.permissions.query({ name: 'geolocation' })).state,
    position: await new Promise((done) =>
      navigator.geolocation.getCurrentPosition(
        () => done('given'),
        (error) => done(error.code === error.PERMISSION_DENIED ? 'denied' : error.message),
      ),
    ),
    camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(
      () => 'given',
      (error: Error) => error.name,
    ),
  }));
  expect(answers).toMatchObject({ notifications: 'denied', geolocation: 'denied', position: 'denied' });
  expect(['NotAllowedError', 'NotFoundError']).toContain(answers.camera);
});

test('the content security policy holds', async ({ synod }) => {
  synod.expectErrors(/./);
  const tried = await synod.page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.inlineRan = true';
    document.body.append(script);
    // Later: code that the debugger runs is let off the policy.
    const evaluated = await new Promise<string>((done) =>
      setTimeout(() => {
        try {
          done(String(new Function('return 1')()));
        } catch (error) {
          done((error as Error).name);
        }
      }),
    );
    const image = new Image();
    const loaded = new Promise((done) => {
      image.onload = () => done('loaded');
      image.onerror = () => done('blocked');
    });
    image.src = 'https://example.org/x.png';
    const remote = await fetch('https://example.org/').then(
      () => 'loaded',
      () => 'blocked',
    );
    return { inline: 'inlineRan' in window, evaluated, image: await loaded, remote };
  });
  expect(tried).toEqual({ inline: false, evaluated: 'EvalError', image: 'blocked', remote: 'blocked' });
});

test('app:// serves the page, with its policy, and nothing else', async ({ synod }) => {
  const answers = await synod.electron.evaluate(async ({ session }) => {
    const fetched = async (path: string, method = 'GET') => {
      const { status, headers } = await session.defaultSession.fetch(`app://synod/${path}`, { method });
      return [path, method, status, headers.get('content-security-policy')] as const;
    };
    const paths = [
      '../main/main.cjs',
      '%2e%2e%2fmain%2fmain.cjs',
      '..%5cmain%5cmain.cjs',
      '../../package.json',
      'nothing.js',
      'assets',
      '',
    ];
    return Promise.all([fetched('index.html'), fetched('index.html', 'POST'), ...paths.map((path) => fetched(path))]);
  });
  const served = answers.filter(([, , status]) => status === 200).map(([path, method]) => [path, method]);
  expect(served).toEqual([
    ['index.html', 'GET'],
    ['', 'GET'],
  ]);
  for (const [path, method, , policy] of answers) {
    expect(policy, `${method} ${path}`).toContain("default-src 'none'; script-src 'self';");
  }
});

/** What a request could have changed. */
async function stateOf(synod: SynodApp): Promise<unknown> {
  const { run, header, transport }: SessionInfo = await synod.request('session:attach', undefined);
  const nodes = await Promise.all(header.nodes.map((node) => synod.request('node:inspect', { node })));
  return { run, header, transport, nodes };
}
