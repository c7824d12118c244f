/**
 * The window's content security policy forbids generated code, which zod uses where it can. To be imported before
 * anything that makes a schema.
 */
import * as z from 'zod';

z.config({ jitless: true });
