import type { DecodedResponse } from '../../types';
import { complaintIn, isRefusal, spokenIn, type Complaint } from './bodyErrors';
import { picturesAnywhere, type Pictures } from './taskImages';
import { isRefusalWord } from './statusWords';
import { isExpired, type Task } from './taskFields';

/** From what was read to the outcome that it amounts to. */

export type Known = { taskId?: string; model?: string };

/** A body on its way to an outcome. */
export interface Reading {
	answer: object;
	found: Task;
	known: Known;
	baseUrl: string;
	sent: ReadonlySet<string>;
	progress?: number;
	/** The task can be looked at again. */
	mayComeYet: boolean;
	/** Tasks that the same answer names. */
	furtherTaskIds: string[];
}

export function pending(reading: Reading, status: 'queued' | 'running' | 'unknown', word?: string): DecodedResponse {
	const { found, known, progress, furtherTaskIds } = reading;
	const reason = word === undefined ? undefined : (complaintIn(found.task) ?? complaintIn(found.beside))?.reason;
	return {
		kind: 'pending',
		status,
		...(progress !== undefined && { progress }),
		...known,
		...(furtherTaskIds.length > 0 && { furtherTaskIds }),
		...(status === 'unknown' && word !== undefined && { word }),
		...(reason !== undefined && { reason }),
	};
}

/** `word`: the task's own status, where that is what says so. */
export function failed(
	complaint: Complaint,
	known: Known,
	word?: string,
): Extract<DecodedResponse, { kind: 'failed' }> {
	const isRefused = isRefusal(complaint) || (word !== undefined && isRefusalWord(word));
	return {
		kind: 'failed',
		...complaint,
		...(isRefused && { refused: true }),
		...(word !== undefined && { isEnd: true }),
		...known,
	};
}

export function finished({ images, complaints, warning }: Pictures, known: Known): DecodedResponse {
	const how = complaints.every(isRefusal) ? 'blocked' : 'failed';
	const words = complaints.map(({ code, reason }) => code ?? reason).join('; ');
	const lost = `${complaints.length} of ${images.length + complaints.length} images ${how}: ${words}`;
	const warnings = [...(warning === undefined ? [] : [warning]), ...(complaints.length > 0 ? [lost] : [])];
	return { kind: 'images', images, ...(warnings.length > 0 && { warnings }), ...known };
}

/** A task that ended well without a picture is no success for the user. */
export function emptySuccess(
	{ found, known, baseUrl, sent, mayComeYet }: Reading,
	{ complaints }: Pictures,
	word: string,
): DecodedResponse {
	const { task, beside } = found;
	if (isExpired(task))
		return {
			kind: 'failed',
			code: 'result_expired',
			reason: 'The images are no longer available',
			isEnd: true,
			...known,
		};
	const complaint = complaintIn(task) ?? (complaints.length > 0 ? joined(complaints) : undefined);
	if (complaint) return failed(complaint, known, word);
	const anywhere = picturesAnywhere(found, baseUrl, sent, mayComeYet);
	if (anywhere.images.length > 0) return finished(anywhere, known);
	const spoken = spokenIn(task, beside);
	return { kind: 'images', images: [], ...(spoken !== undefined && { warnings: [spoken] }), ...known };
}

/** One complaint for several pictures. */
export function joined(complaints: Complaint[]): Complaint {
	const reasons = [...new Set(complaints.map(({ reason }) => reason))];
	return { ...complaints[0], reason: reasons.join('; ') };
}
