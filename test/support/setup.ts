/** What a node is made from, of a cluster without clients whose servers are those it was founded with. */
import type { NodeId, NodeSetup } from '../../src/protocol/protocol.ts';

export function setupOf<Config>(node: NodeId, nodes: readonly NodeId[], config: Config, seed: number): NodeSetup<Config> {
  return { node, nodes, peers: nodes, clients: [], incarnation: 1, config, seed };
}
