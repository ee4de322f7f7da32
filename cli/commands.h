/* SPDX-License-Identifier: Apache-2.0
 *
 * The subcommands, one file each. `argv[0]` is the subcommand's name. Each returns the exit status.
 */
#ifndef CW_CLI_COMMANDS_H
#define CW_CLI_COMMANDS_H

int cw_init_command(int argc, char **argv);
int cw_plan_command(int argc, char **argv);
int cw_verify_command(int argc, char **argv);
int cw_diff_command(int argc, char **argv);
int cw_digest_command(int argc, char **argv);
int cw_explain_command(int argc, char **argv);
int cw_devices_command(int argc, char **argv);
int cw_selftest_command(int argc, char **argv);
int cw_bench_command(int argc, char **argv);

#endif
