/** How the groups of log rows look. */
import { ArrowRightLeft, Check, HardDrive, MessageCircle, ShieldAlert, StickyNote, Timer, Zap } from '@lucide/vue';
import type { Component } from 'vue';
import type { LogGroup } from '../../../src/contract/index.ts';

export const groupLooks: Readonly<Record<LogGroup, { readonly icon: Component; readonly label: string; readonly meaning: string }>> = {
  messages: { icon: ArrowRightLeft, label: 'Messages', meaning: 'Packets sent, delivered, doubled and lost.' },
  decisions: { icon: Check, label: 'Decisions', meaning: 'A learner learns that a value is chosen.' },
  faults: { icon: Zap, label: 'Faults', meaning: 'Crashes, restarts, partitions, and changed settings.' },
  requests: { icon: MessageCircle, label: 'Requests', meaning: 'What clients ask, and what they are answered.' },
  disk: { icon: HardDrive, label: 'Disk', meaning: 'What nodes save, before they say anything that rests on it.' },
  timers: { icon: Timer, label: 'Timers', meaning: 'Timers set, cancelled and fired.' },
  checks: { icon: ShieldAlert, label: 'Checks', meaning: 'What is found to contradict what was before.' },
  notes: { icon: StickyNote, label: 'Notes', meaning: 'What nodes remark about themselves.' },
};
