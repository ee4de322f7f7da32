/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: a = QR by Householder reflections, in place, in the order of operations that TensorFlow's Qr has below
 * 48 columns (Eigen 3.4, HouseholderQR of a row-major matrix on AVX): docs/NUMERICS.md, section "Orthogonal". Included
 * once with real32.h before it and once with real64.h, whose names end here. The matrix lies in memory, so this text
 * loads and stores. Every operation rounds; nothing is fused.
 *
 * One crew does all of it. Sums whose parts do not depend on each other are first made part by part, in any order; each
 * part and the order in which parts are added are fixed.
 */
#ifndef CWN_NO_FP64

/* Column j of row i is a[i * columns + j], rows >= columns. The rest is room to work in. */
typedef struct {
    CWN_GLOBAL CWN_REAL *a;
    CWN_GLOBAL CWN_REAL *essential; /* of the reflection at hand, rows - 1 */
    CWN_GLOBAL CWN_REAL *sums;      /* rows / 16 rounded up, and at least CWN_PACKET, times columns */
    CWN_GLOBAL CWN_REAL *weight;    /* columns */
    CWN_GLOBAL CWN_REAL *tau;       /* columns */
    CWN_GLOBAL CWN_REAL *diagonal;  /* columns: that of R */
    cwn_long rows, columns;
} CWN_R(cwn_qr);

CWN_FN CWN_R(cwn_qr) CWN_R(cwn_qr_of)(cwn_matrix m, cwn_bytes scratch) {
    const CWN_R(cwn_qr) q = {CWN_AT(CWN_REAL, scratch, m.at_matrix), CWN_AT(CWN_REAL, scratch, m.at_essential),
                             CWN_AT(CWN_REAL, scratch, m.at_gram),   CWN_AT(CWN_REAL, scratch, m.at_weight),
                             CWN_AT(CWN_REAL, scratch, m.at_tau),    CWN_AT(CWN_REAL, scratch, m.at_diagonal),
                             m.rows, m.columns};
    return q;
}

/* The reflection that takes column k below its diagonal to zero: its beta is R's, and tau 0 means none. */
CWN_FN void CWN_R(cwn_decide)(CWN_R(cwn_qr) q, cwn_long k) {
    const CWN_REAL top = q.a[k * q.columns + k];
    CWN_REAL tail = 0, beta;
    for (cwn_long i = 0; i < q.rows - k - 1; i++) {
        const CWN_REAL square = q.essential[i] * q.essential[i];
        tail += square;
    }
    if (tail <= CWN_LEAST) {
        q.diagonal[k] = top;
        q.tau[k] = 0;
        return;
    }
    beta = CWN_ROOT(top * top + tail);
    if (top >= 0) beta = -beta;
    q.diagonal[k] = beta;
    q.tau[k] = CWN_QUOTIENT(beta - top, beta);
}

CWN_FN void CWN_R(cwn_read_column)(CWN_R(cwn_qr) q, cwn_crew c, cwn_long k) {
    for (cwn_long i = c.item; i < q.rows - k - 1; i += c.items) q.essential[i] = q.a[(k + 1 + i) * q.columns + k];
}

/* Column k to its reflection's essential part. The divisor is 0 only where tau is. */
CWN_FN void CWN_R(cwn_make_reflection)(CWN_R(cwn_qr) q, cwn_crew c, cwn_long k) {
    CWN_R(cwn_read_column)(q, c, k);
    CWN_BARRIER();
    if (c.item == 0) CWN_R(cwn_decide)(q, k);
    CWN_BARRIER();
    const CWN_REAL divisor = q.a[k * q.columns + k] - q.diagonal[k];
    for (cwn_long i = c.item; i < q.rows - k - 1; i += c.items) {
        const CWN_REAL x = q.tau[k] == 0 ? 0 : CWN_QUOTIENT(q.essential[i], divisor);
        q.essential[i] = x;
        q.a[(k + 1 + i) * q.columns + k] = x;
    }
    CWN_BARRIER();
}

/* ------------------------------------------------------------------------------------------------ the dot products */

/* Rows from, from + step ... below `to` of `width` columns, times the essential part: one chain a column. */
CWN_FN void CWN_R(cwn_chain)(CWN_R(cwn_qr) q, cwn_long from, cwn_long to, cwn_long step, CWN_GLOBAL const CWN_REAL *a,
                             CWN_GLOBAL CWN_REAL *sum, cwn_long width) {
    CWN_REAL s[CWN_WIDTH];
    for (cwn_long j = 0; j < width; j++) s[j] = 0;
    for (cwn_long i = from; i < to; i += step)
        for (cwn_long j = 0; j < width; j++) {
            const CWN_REAL product = a[i * q.columns + j] * q.essential[i];
            s[j] = product + s[j];
        }
    for (cwn_long j = 0; j < width; j++) sum[j] = s[j];
}

/* Part p of each column `first` and later to row p of q.sums: the rows p * size ... where step is 1, p, p + step ... of
 * the first `size` where it is more. */
CWN_FN void CWN_R(cwn_parts)(CWN_R(cwn_qr) q, cwn_crew c, cwn_long k, cwn_long first, cwn_long parts, cwn_long size,
                             cwn_long step) {
    const cwn_spread s = cwn_spread_of(c, (q.columns - first + CWN_WIDTH - 1) / CWN_WIDTH);
    const cwn_long depth = q.rows - k - 1;
    for (cwn_long part = s.row; part < parts; part += s.rows) {
        const cwn_long from = step > 1 ? part : part * size, end = step > 1 ? size : from + size;
        const cwn_long to = end < depth ? end : depth;
        for (cwn_long j = first + s.column * CWN_WIDTH; j < q.columns; j += s.columns * CWN_WIDTH) {
            CWN_GLOBAL const CWN_REAL *a = q.a + (k + 1) * q.columns + j;
            CWN_GLOBAL CWN_REAL *sum = q.sums + part * q.columns + j;
            if (q.columns - j >= CWN_WIDTH) CWN_R(cwn_chain)(q, from, to, step, a, sum, CWN_WIDTH);
            else CWN_R(cwn_chain)(q, from, to, step, a, sum, q.columns - j);
        }
    }
}

/* Blocks one after the other. */
CWN_FN CWN_REAL CWN_R(cwn_add_blocks)(CWN_R(cwn_qr) q, cwn_long j, cwn_long blocks) {
    CWN_REAL sum = 0;
    for (cwn_long b = 0; b < blocks; b++) sum = q.sums[b * q.columns + j] + sum;
    return sum;
}

/* 8 lanes are folded to 4, these to 2 that lie 2 apart, and those to 1. */
CWN_FN CWN_REAL CWN_R(cwn_fold)(CWN_R(cwn_qr) q, cwn_long j) {
    CWN_REAL s[4];
    for (int lane = 0; lane < 4; lane++) {
        s[lane] = q.sums[lane * q.columns + j];
        if (CWN_PACKET == 8) s[lane] += q.sums[(CWN_PACKET - 4 + lane) * q.columns + j];
    }
    return (s[0] + s[2]) + (s[1] + s[3]);
}

CWN_FN CWN_REAL CWN_R(cwn_product)(CWN_R(cwn_qr) q, cwn_long k, cwn_long j, cwn_long i) {
    return q.a[(k + 1 + i) * q.columns + j] * q.essential[i];
}

/* Eigen takes the last column of an odd number by itself, and there half a packet before the rest. */
CWN_FN CWN_REAL CWN_R(cwn_half_packet)(CWN_R(cwn_qr) q, cwn_long k, cwn_long j, cwn_long i) {
    const CWN_REAL a = CWN_R(cwn_product)(q, k, j, i), b = CWN_R(cwn_product)(q, k, j, i + 1);
    if (CWN_HALF_PACKET == 2) return a + b;
    return (a + CWN_R(cwn_product)(q, k, j, i + 2)) + (b + CWN_R(cwn_product)(q, k, j, i + 3));
}

/* The lanes' packets, then what is left of the rows. */
CWN_FN CWN_REAL CWN_R(cwn_add_lanes)(CWN_R(cwn_qr) q, cwn_long k, cwn_long j, cwn_long packed) {
    const cwn_long depth = q.rows - k - 1, alone = q.columns > 1 && q.columns % 2 && j == q.columns - 1;
    CWN_REAL sum = CWN_R(cwn_fold)(q, j);
    cwn_long i = packed;
    if (alone && depth - i >= CWN_HALF_PACKET) {
        sum += CWN_R(cwn_half_packet)(q, k, j, i);
        i += CWN_HALF_PACKET;
    }
    for (; i < depth; i++) sum += CWN_R(cwn_product)(q, k, j, i);
    return sum;
}

/* --------------------------------------------------------------------------------------------------- applying it */

/* The columns `first` and later less what the reflection takes, below row k, of which q.weight is made. */
CWN_FN void CWN_R(cwn_subtract)(CWN_R(cwn_qr) q, cwn_crew c, cwn_long k, cwn_long first) {
    const cwn_spread s = cwn_spread_of(c, (q.columns - first + CWN_WIDTH - 1) / CWN_WIDTH);
    for (cwn_long i = s.row; i < q.rows - k - 1; i += s.rows) {
        const CWN_REAL factor = q.tau[k] * q.essential[i];
        CWN_GLOBAL CWN_REAL *a = q.a + (k + 1 + i) * q.columns;
        for (cwn_long j = first + s.column * CWN_WIDTH; j < q.columns; j += s.columns * CWN_WIDTH)
            for (cwn_long n = j; n < q.columns && n < j + CWN_WIDTH; n++) {
                const CWN_REAL product = factor * q.weight[n];
                a[n] -= product;
            }
    }
}

CWN_FN void CWN_R(cwn_weigh)(CWN_R(cwn_qr) q, cwn_long k, cwn_long j, CWN_REAL dot) {
    const CWN_REAL weight = dot + q.a[k * q.columns + j], product = q.tau[k] * weight;
    q.weight[j] = weight;
    q.a[k * q.columns + j] -= product;
}

/* To the columns after k of what is still to be factored. Up to 127 rows, and those of a last column, are one block. */
CWN_FN void CWN_R(cwn_apply)(CWN_R(cwn_qr) q, cwn_crew c, cwn_long k) {
    const cwn_long depth = q.rows - k - 1, first = q.tau[k] == 0 ? q.columns : k + 1;
    const cwn_long size = depth < 128 || k + 2 == q.columns ? depth : 16, blocks = size ? (depth + size - 1) / size : 0;
    CWN_R(cwn_parts)(q, c, k, first, blocks, size, 1);
    CWN_BARRIER();
    for (cwn_long j = first + c.item; j < q.columns; j += c.items)
        CWN_R(cwn_weigh)(q, k, j, CWN_R(cwn_add_blocks)(q, j, blocks));
    CWN_BARRIER();
    CWN_R(cwn_subtract)(q, c, k, first);
    CWN_BARRIER();
}

/* To the columns k and later of Q; the earlier ones are still those of the identity, on which it does nothing. Row and
 * column k become the identity's here. */
CWN_FN void CWN_R(cwn_apply_to_q)(CWN_R(cwn_qr) q, cwn_crew c, cwn_long k) {
    const cwn_long depth = q.rows - k - 1, first = q.tau[k] == 0 ? q.columns : k;
    const cwn_long packed = q.columns == 1 ? 0 : depth / CWN_PACKET * CWN_PACKET;
    CWN_R(cwn_read_column)(q, c, k);
    CWN_BARRIER();
    for (cwn_long i = c.item; i < depth; i += c.items) q.a[(k + 1 + i) * q.columns + k] = 0;
    for (cwn_long j = k + c.item; j < q.columns; j += c.items) q.a[k * q.columns + j] = j == k;
    CWN_BARRIER();
    CWN_R(cwn_parts)(q, c, k, first, CWN_PACKET, packed, CWN_PACKET);
    CWN_BARRIER();
    for (cwn_long j = first + c.item; j < q.columns; j += c.items)
        CWN_R(cwn_weigh)(q, k, j, CWN_R(cwn_add_lanes)(q, k, j, packed));
    CWN_BARRIER();
    CWN_R(cwn_subtract)(q, c, k, first);
    CWN_BARRIER();
}

/* a to Q and q.diagonal to the diagonal of R. */
CWN_FN void CWN_R(cwn_householder)(CWN_R(cwn_qr) q, cwn_crew c) {
    for (cwn_long k = 0; k < q.columns; k++) {
        CWN_R(cwn_make_reflection)(q, c, k);
        CWN_R(cwn_apply)(q, c, k);
    }
    for (cwn_long k = q.columns; k-- > 0;) CWN_R(cwn_apply_to_q)(q, c, k);
}

/* A loop of none where the step is not due: all come to every barrier. */
CWN_FN void CWN_R(cwn_do_householder)(cwn_matrix m, cwn_bytes scratch, cwn_crew c) {
    if (!cwn_is_due(m, CWN_HOUSEHOLDER, scratch, c)) m.columns = 0;
    CWN_R(cwn_householder)(CWN_R(cwn_qr_of)(m, scratch), c);
}

#endif

#undef CWN_REAL
#undef CWN_R
#undef CWN_PACKET
#undef CWN_HALF_PACKET
#undef CWN_LEAST
#undef CWN_QUOTIENT
#undef CWN_ROOT
