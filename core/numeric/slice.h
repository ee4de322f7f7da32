/* SPDX-License-Identifier: Apache-2.0
 *
 * What part of a tensor goes where, to a kernel: from the number of a work item to a group of outputs and to the places of
 * its elements. Made on the host, where axes are merged to the fewest; kernels only read it.
 *
 * A run is a row of neighbours in the tensor. Runs begin at `first`, and at every distance that the axes make. A work item is
 * one group of one run: it draws once, and stores those of the group's elements that are in the run. Along axis 0 neighbouring
 * items write the nearest places: it is the kernels' first dimension, and the number of an item's row, by which its place
 * along the others is found, their second.
 */
#ifndef CWN_SLICE_H
#define CWN_SLICE_H

#include "axes.h"
#include "group.h"
#include "narrow.h"

/* The group's index in the tensor. */
CWN_FN cwn_long cwn_group_at(cwn_spot p, cwn_word type) { return p.from / cwn_group_elements(type) + p.group; }

/* Where the elements of a group go: the first is number `at` of a row of `length` (or before it, modulo 2^64), and would go
 * to element `to` of the destination; the next go `step` further each. Those outside the row go nowhere. */
typedef struct { cwn_long at, length, to, step; } cwn_span;

CWN_FN cwn_span cwn_span_in_run(cwn_spot p, cwn_word type, cwn_long run, cwn_long step) {
    const cwn_long at = cwn_group_at(p, type) * cwn_group_elements(type) - p.from;
    const cwn_span s = {at, run, p.to + at * step, step};
    return s;
}

/* Of the whole range of a launch, whose element `first` goes to the destination's first. */
CWN_FN cwn_span cwn_span_in_range(cwn_launch l, cwn_word type, cwn_long group) {
    const cwn_long at = group * cwn_group_elements(type) - l.first;
    const cwn_span s = {at, l.count, at, 1};
    return s;
}

/* Neighbouring groups of a run whose elements are neighbours in the destination, too, of fewer than 2^31 elements: the first
 * one's first element would go to element `to`; those before `first` and from `end` on are not of the run. */
typedef struct { cwn_long to; cwn_word groups, first, end; } cwn_piece;

/* Items i .. i + n of a row that begins at p. */
CWN_FN cwn_piece cwn_piece_of(cwn_spot p, cwn_word type, cwn_word run, cwn_word i, cwn_word n) {
    const cwn_word size = cwn_group_elements(type), before = (cwn_word)p.from % size, all = run + before - i * size;
    const cwn_word end = all < n * size ? all : n * size;
    const cwn_piece piece = {p.to + i * size - before, (end + size - 1) / size, i ? 0 : before, end};
    return piece;
}

CWN_FN cwn_word cwn_has(cwn_span s, cwn_word lane) { return s.at + lane < s.length; }

/* All four lanes, or two of 64 bits, and side by side. */
CWN_FN cwn_word cwn_has_all(cwn_span s, cwn_word lanes) {
    return s.step == 1 && s.at < s.length && s.length - s.at >= lanes;
}

CWN_FN cwn_long cwn_joined(cwn_word low, cwn_word high) { return low | (cwn_long)high << 32; }

CWN_FN cwn_word cwn_narrow_pair(cwn_word low, cwn_word high, cwn_word store) {
    return (cwn_word)cwn_narrow_float64(cwn_joined(low, high), store);
}

/* A group as it is stored. */
CWN_FN cwn_group cwn_narrowed(cwn_group g, cwn_word type, cwn_word store) {
    if (store == type) return g;
    if (type == CWN_FLOAT64) {
        const cwn_group pair = {cwn_narrow_pair(g.e0, g.e1, store), cwn_narrow_pair(g.e2, g.e3, store), 0, 0};
        return pair;
    }
    const cwn_group four = {cwn_narrow_float32(g.e0, store), cwn_narrow_float32(g.e1, store),
                            cwn_narrow_float32(g.e2, store), cwn_narrow_float32(g.e3, store)};
    return four;
}

#endif
