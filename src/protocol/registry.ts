/** The one list of protocols. Panels, scenarios, checks and the command line take a protocol from here. */
import { ProtocolError } from './protocol.ts';
import type { AnyProtocol } from './protocol.ts';
import { multipaxos } from './multipaxos/multipaxos.ts';
import { paxos } from './paxos/paxos.ts';

export const protocols: readonly AnyProtocol[] = [paxos, multipaxos];

/**
 * The protocol called `name` in files and on the command line.
 * @throws ProtocolError listing the protocols there are.
 */
export function protocolNamed(name: string): AnyProtocol {
  const found = protocols.find((protocol) => protocol.name === name);
  if (found) return found;
  const names = protocols.map((protocol) => protocol.name).join(', ');
  throw new ProtocolError('protocol', `there is none called ${JSON.stringify(name)}; there are: ${names}`);
}
