declare module '@markwylde/liferaft' {
  const Raft: {
    readonly LEADER: number;
    new (options: object): import('./modules.ts').LiferaftNode;
  };
  export default Raft;
}

declare module '@markwylde/liferaft/log.js' {
  const Log: new (node: import('./modules.ts').LiferaftNode, options: object) => import('./modules.ts').LiferaftLog;
  export default Log;
}

declare module 'memdown' {
  const memdown: (path: string) => object;
  export default memdown;
}

declare module 'paxos' {
  const Paxos: new (now: number, id: string, options: object) => import('./modules.ts').PaxosNode;
  export default Paxos;
}
