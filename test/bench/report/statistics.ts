/* eslint-disable */
import type { Figures, Row, Target } from '../row';

/** The result of multiple measurements of one row. */
export interface Summary {
	median: number;
	least: number;
	most: number;
	runs: number;
}

export function median(values: number[]): number {
	if (values.length === 0) throw new Error('There is no median of nothing');
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function mean(values: number[]): number {
	if (values.length === 0) throw new Error('There is no mean of nothing');
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @throws if a measurement has no number for the row */
export function summarise({ id }: Row, measurements: Figures[]): Summary {
	const values = measurements.map((figures) => figures[id]);
	if (!values.every(Number.isFinite)) throw new Error(`Not every measurement gave a figure for ${id}`);
	return { median: median(values), least: Math.min(...values), most: Math.max(...values), runs: values.length };
}

/** The figure as a share of what is allowed. The target is reached up to 1. */
export function shareOf(target: Target, figure: number): number {
	const [part, whole] = 'atMost' in target ? [figure, target.atMost] : [target.atLeast, figure];
	// If nothing is allowed and the figure is 0, the share is 1.
	return part === whole ? 1 : part / whole;
}

/** Undefined without a target. */
export function isReached({ target }: Row, { median: figure }: Summary): boolean | undefined {
	return target && shareOf(target, figure) <= 1;
}
