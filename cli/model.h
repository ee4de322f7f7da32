/* SPDX-License-Identifier: Apache-2.0
 *
 * What is to be made: one tensor from options, or all tensors of a manifest (docs/MANIFEST.md).
 */
#ifndef CW_CLI_MODEL_H
#define CW_CLI_MODEL_H

#include "fields.h"
#include "tensors.h"

/* Where in an array the elements of a part of it lie: in runs of `run` elements, the first at element `first` and each
 * `stride` after the one before. */
typedef struct cw_place {
    uint64_t first, run, stride;
} cw_place;

/* Where element `i` of the part lies, and how many elements, at most `most`, follow one another from there. */
static inline uint64_t cw_place_run(const cw_place *place, uint64_t i, uint64_t most, uint64_t *at) {
    const uint64_t left = place->run - i % place->run;
    *at = place->first + i / place->run * place->stride + i % place->run;
    return left < most ? left : most;
}

typedef struct cw_entry {
    char *name; /* CW_UNNAMED for a tensor from options */
    cw_fields fields;
    cw_plan plan;
    cw_slice slice; /* what is stored of it: start, stop and step are there for every axis */
    cw_extent extent;
    bool whole;      /* nothing is left out, moved or rounded */
    cw_place place;  /* in what is stored of the tensor: all of it, or what a rank makes of it */
    bool as_whole;   /* the place counts elements as the tensor does */
    bool has_digest; /* the digest that the tensor, as it is stored, is expected to have */
    cw_sums digest;
    /* What lies one behind the other in a tensor that several initializers make; its own plan then only says dtype and
     * shape. A part has the name of its tensor and the slice that it is. */
    struct cw_entry *part;
    size_t parts;
} cw_entry;

/* All that are planned, whether the tensor has parts or is one: `i` from 0 to cw_entry_plans - 1. */
static inline size_t cw_entry_plans(const cw_entry *entry) { return entry->part ? entry->parts : 1; }
static inline const cw_entry *cw_entry_planned(const cw_entry *entry, size_t i) {
    return entry->part ? &entry->part[i] : entry;
}

/* Starts as {0}. `text` is the manifest as JSON; `one` is set for a tensor from options. */
typedef struct cw_model {
    cw_entry *entry;
    size_t count;
    bool has_digest; /* the total */
    cw_sums digest;
    char *text;
    bool one;
} cw_model;

/* Plans what the entry's fields say. `label` NULL stands for the command line. EXIT_GOOD, or a complaint. */
int cw_entry_plan(cw_entry *entry, const char *label);

/* The tensor's axis that is axis `stored` of what is stored. */
uint32_t cw_entry_axis(const cw_entry *entry, uint32_t stored);

/* One tensor. EXIT_GOOD, or a complaint. */
int cw_model_of_fields(const cw_fields *fields, cw_model *model);

/* A manifest, from a file or from text that came from `path`. EXIT_GOOD; EXIT_USAGE for the content; EXIT_IO.
 * Untouched on failure. */
int cw_model_read(const char *path, cw_model *model);
int cw_model_parse(const char *path, const char *text, size_t length, cw_model *model);

void cw_model_free(cw_model *model);

/* The model's manifest with these digests, one for each tensor, and their total. NULL after a complaint. */
json_t *cw_model_manifest(const cw_model *model, const cw_sums *digest);

/* The entry as it is stored, a tensor without data, for headers of files; its name is the entry's. */
cw_tensor cw_entry_tensor(const cw_entry *entry);

/* Bytes of an element as it is stored. */
size_t cw_entry_size(const cw_entry *entry);

/* All entries so, in the order of the model; the names stay the model's, so free the array alone. NULL after a
 * complaint. */
cw_tensor *cw_model_tensors(const cw_model *model);

/* Of all tensors, as they are stored. */
uint64_t cw_model_bytes(const cw_model *model);

/* "82bc8bfb3b20a1999901682361bdd7ee" */
typedef struct cw_hex {
    char text[33];
} cw_hex;
cw_hex cw_hex_of(cw_sums digest);
/* 1 if the name ends in .json. */
int cw_is_manifest(const char *path);

/* 1 if the text is 32 hexadecimal digits in lower case. */
int cw_hex_read(const char *text, cw_sums *digest);

#endif
