/** Where actors are at this moment: on springs towards the layout, or held by the pointer. Positions in px. */
import { CLIENTS_MAX, NODES_MAX, type NodeId } from '../../src/contract/index.ts';
import type { Point } from './geometry.ts';
import type { Layout } from './layout.ts';
import { reachOf } from './plate.ts';
import { advance, hold, settle, springAt, type Spring } from './spring.ts';

interface Body {
  readonly x: Spring;
  readonly y: Spring;
}

/** The highest number that an actor can have. */
export const HIGHEST = NODES_MAX + CLIENTS_MAX;

export class Motion {
  /** Middle of each disc, by node number; index 0 is not used. */
  readonly x = new Float64Array(HIGHEST + 1);
  readonly y = new Float64Array(HIGHEST + 1);
  private readonly bodies = new Map<NodeId, Body>();
  private readonly radiusSpring = springAt(0);
  /** Held nodes, each with where it was when it was taken. */
  private readonly held = new Map<NodeId, Point>();
  private moving = true;

  /** Radius of a disc now, px. */
  get radius(): number {
    return this.radiusSpring.position;
  }

  /** How far the disc or square of an actor reaches now, px. */
  reach(node: NodeId): number {
    return reachOf(node, this.radius);
  }

  /** Sets an actor down that was not on the stage, px. */
  appear(node: NodeId, at: Point): void {
    this.bodies.set(node, { x: springAt(at.x), y: springAt(at.y) });
    this.moving = true;
    this.publish();
  }

  /** Gives every node its place; who is not in the layout is gone, unless it is held. Nodes seen for the first time, and all of them when `atOnce`, stand there at once. */
  aim(layout: Layout, atOnce: boolean): void {
    const first = this.bodies.size === 0;
    this.radiusSpring.target = layout.look.radius;
    if (first || atOnce) settle(this.radiusSpring);
    for (const [node, place] of layout.nodes) {
      let body = this.bodies.get(node);
      if (body === undefined) {
        body = { x: springAt(place.x), y: springAt(place.y) };
        this.bodies.set(node, body);
      }
      if (this.held.has(node)) continue;
      body.x.target = place.x;
      body.y.target = place.y;
      if (atOnce) {
        settle(body.x);
        settle(body.y);
      }
    }
    for (const node of this.bodies.keys()) if (!layout.nodes.has(node) && !this.held.has(node)) this.bodies.delete(node);
    this.moving = true;
    this.publish();
  }

  /** Takes nodes off their springs. */
  grab(nodes: readonly NodeId[]): void {
    for (const node of nodes) {
      const body = this.bodies.get(node);
      if (body !== undefined) this.held.set(node, { x: body.x.position, y: body.y.position });
    }
  }

  /** Moves the held nodes by as much as the pointer has gone since it took them. */
  carry(dx: number, dy: number): void {
    for (const [node, from] of this.held) {
      const body = this.bodies.get(node);
      if (body === undefined) continue;
      hold(body.x, from.x + dx);
      hold(body.y, from.y + dy);
    }
    this.moving = true;
  }

  /** Puts the held nodes back on their springs; `aim` says where to. */
  letGo(): void {
    this.held.clear();
    this.moving = true;
  }

  /** Moves on by `seconds`. @returns whether anything has moved */
  advance(seconds: number): boolean {
    if (!this.moving) return false;
    let moving = advance(this.radiusSpring, seconds);
    for (const body of this.bodies.values()) {
      const x = advance(body.x, seconds);
      const y = advance(body.y, seconds);
      moving = moving || x || y;
    }
    this.moving = moving;
    this.publish();
    // The step that comes to rest still moves.
    return true;
  }

  private publish(): void {
    for (const [node, body] of this.bodies) {
      this.x[node] = body.x.position;
      this.y[node] = body.y.position;
    }
  }
}
