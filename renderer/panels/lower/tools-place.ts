/** Where a panel of the lower area puts its tools: in the bar beside the tabs. */
import type { InjectionKey, Ref } from 'vue';

/** The element for them; without one they stay in the panel. */
export const toolsPlace: InjectionKey<Readonly<Ref<HTMLElement | null>>> = Symbol('tools of the lower area');
