/** How large a node is drawn, and what is written beside it: one look for all nodes at a time, by the room there is. */

/**
 * `full`: labelled rows beside the disc; `medium`: the same, labels of one letter; `small`: one row; `tiny`: the disc only.
 * What is not written stands in the tooltip and in the accessible name.
 */
export type Form = 'full' | 'medium' | 'small' | 'tiny';

export interface Look {
  readonly form: Form;
  /** Radius of the disc, px. */
  readonly radius: number;
  /** Size of the plate with ballots beside the disc, px; zero when there is none. */
  readonly plateWidth: number;
  readonly plateHeight: number;
  /** Room between disc and plate, px. */
  readonly plateGap: number;
  /** Room between what stands on an island and its shore, px. */
  readonly pad: number;
}

const plates: Record<Form, { readonly width: number; readonly height: number; readonly gap: number; readonly pad: number }> = {
  full: { width: 134, height: 36, gap: 10, pad: 16 },
  medium: { width: 80, height: 32, gap: 8, pad: 12 },
  small: { width: 62, height: 16, gap: 7, pad: 9 },
  tiny: { width: 0, height: 0, gap: 0, pad: 9 },
};

function look(form: Form, radius: number): Look {
  const plate = plates[form];
  return {
    form,
    radius,
    plateWidth: plate.width,
    plateHeight: plate.height,
    plateGap: plate.gap,
    pad: plate.pad,
  };
}

/** All looks, most generous first. The last one fits fifteen nodes in any partition on the smallest stage. */
export const looks: readonly Look[] = [
  look('full', 54),
  look('full', 50),
  look('full', 46),
  look('full', 42),
  look('full', 39),
  look('full', 36),
  look('full', 33),
  look('medium', 33),
  look('medium', 30),
  look('medium', 27),
  look('small', 25),
  look('small', 22),
  look('small', 20),
  look('tiny', 20),
  look('tiny', 18),
  look('tiny', 16),
  look('tiny', 14),
  look('tiny', 12),
];

/** How the caption under an island is written: on one line, on two, or only the count. */
export type CaptionForm = 'line' | 'stack' | 'short';

export interface CaptionSize {
  readonly form: CaptionForm;
  readonly width: number;
  readonly height: number;
}

const captions: Record<CaptionForm, CaptionSize> = {
  line: { form: 'line', width: 262, height: 28 },
  stack: { form: 'stack', width: 140, height: 44 },
  short: { form: 'short', width: 66, height: 26 },
};

/** The caption for an island `width` px wide under this look. */
export function captionFor(form: Form, width: number): CaptionSize {
  if (width >= captions.line.width) return captions.line;
  if (form === 'full' || form === 'medium') return captions.stack;
  return width >= captions.stack.width ? captions.stack : captions.short;
}

/** The caption of an island of `nodes` nodes that there would be after a drop. */
export function captionInPreview(nodes: number, form: Form): CaptionForm {
  if (nodes > 2) return 'line';
  return form === 'full' || form === 'medium' ? 'stack' : 'short';
}
