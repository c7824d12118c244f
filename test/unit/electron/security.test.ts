import { describe, expect, test } from 'vitest';
import { assetOf, isAppAddress } from '../../../electron/main/security/asset.ts';
import { CONTENT_SECURITY_POLICY, SECURITY_HEADERS } from '../../../electron/main/security/csp.ts';

const root = '/opt/app/renderer';

describe('files of app://', () => {
  test.each([
    ['app://synod/', 'index.html', 'text/html; charset=utf-8'],
    ['app://synod/index.html?a=b#c', 'index.html', 'text/html; charset=utf-8'],
    ['app://synod/assets/index-abc.js', 'assets/index-abc.js', 'text/javascript; charset=utf-8'],
    ['app://synod/assets/Inter%20x.woff2', 'assets/Inter x.woff2', 'font/woff2'],
    ['app://synod/assets/../index.html', 'index.html', 'text/html; charset=utf-8'],
  ])('%s', (address, path, mimeType) => {
    expect(assetOf(root, address)).toEqual({ path: `${root}/${path}`, mimeType });
  });

  test.each([
    'app://synod/..%2f..%2fetc/passwd.html',
    'app://synod/%2e%2e%2fsecret.json',
    'app://synod/a%5c..%5cb.html',
    'app://synod/index.html%00.png',
    'app://synod/%E0%A4%A.html',
    'app://other/index.html',
    'app://synod:80/index.html',
    'app://me:secret@synod/index.html',
    'https://synod/index.html',
    'file:///etc/passwd.html',
    'app://synod/secret.sqlite',
    'app://synod/assets',
    'no address',
  ])('%s is none', (address) => expect(assetOf(root, address)).toBeNull());
});

test('only app://synod is the app itself', () => {
  expect(isAppAddress('app://synod/index.html')).toBe(true);
  for (const address of ['app://synod.evil/', 'app://a@synod/', 'http://synod/', 'about:blank', '']) {
    expect(isAppAddress(address), address).toBe(false);
  }
});

describe('content security policy', () => {
  const directives = new Map(
    CONTENT_SECURITY_POLICY.split('; ').map((directive) => {
      const [name, ...sources] = directive.split(' ');
      return [name!, sources];
    }),
  );

  test('allows nothing that is not named', () => expect(directives.get('default-src')).toEqual(["'none'"]));

  test('runs only scripts of the app', () => expect(directives.get('script-src')).toEqual(["'self'"]));

  test('names no other machine', () => {
    const sources = new Set([...directives.values()].flat());
    expect([...sources].sort()).toEqual(["'none'", "'self'", "'unsafe-inline'", 'data:']);
    expect(directives.get('style-src')).toContain("'unsafe-inline'");
  });

  test('is sent with every answer', () => {
    expect(SECURITY_HEADERS['Content-Security-Policy']).toBe(CONTENT_SECURITY_POLICY);
    expect(SECURITY_HEADERS['X-Content-Type-Options']).toBe('nosniff');
  });
});
