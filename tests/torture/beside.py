"""What the table does not hold because another test does: cases by name, what is right, and the tests that show it.

Also the rows that are promised to users in a few words (`D1` to `D12`), each with the rows or tests behind it.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["BESIDE", "LATER", "Beside"]


class Beside(NamedTuple):
    """A case, what is right, and where it is tested: ids of rows, or tests as `path::function` below `tests/`."""

    case: str
    right: str
    tests: tuple[str, ...]


BESIDE = {
    "D1": Beside("a stream ends cleanly without its end signal", "`StreamCut` with what came", ("F8", "F8.unsaid", "F9", "F10")),
    "D2": Beside(
        "an error after HTTP 200, first or mid-stream", "the class of the status; what came is kept", ("F12", "F20", "F21")
    ),
    "D3": Beside("two complete calls, both on index 0", "two calls", ("F31.same",)),
    "D4": Beside(
        "a conversation too long, in every vendor's words",
        "`ContextTooLong`",
        (
            "F37.context",
            "F37.context.openrouter",
            "F37.context.vllm",
            "F37.context.llamacpp",
            "engine/test_classify.py::test_every_word_has_its_class",
        ),
    ),
    "D5": Beside("429 for an empty account, 429 for haste", "`QuotaExhausted`, `RateLimited`", ("F37.quota", "F37.429")),
    "D6": Beside(
        "thinking, redacted thinking and calls go back to the same provider",
        "the same blocks, byte for byte",
        (
            "protocols/anthropic_messages/test_encode_blocks.py::test_what_was_read_is_said_again",
            "test_handoff_everywhere.py::test_the_same_provider_gets_its_thinking_back",
        ),
    ),
    "D7": Beside(
        "the same history goes to every other wire",
        "foreign thinking is never said; ids fit; calls and results stay paired; all is listed",
        (
            "test_handoff_everywhere.py::test_what_was_said_arrives_in_order",
            "test_handoff_everywhere.py::test_calls_and_results_stay_paired_under_ids_the_target_takes",
            "test_handoff_everywhere.py::test_foreign_thinking_is_never_said",
        ),
    ),
    "D8": Beside(
        "reasoning goes back where a vendor demands it",
        "it is there",
        (
            "protocols/openai_chat/test_encode_thinking.py::test_a_vendor_that_demands_reasoning",
            "protocols/openai_chat/test_encode_thinking.py::test_reasoning_goes_back_as_it_came",
        ),
    ),
    "D9": Beside(
        "encrypted reasoning items of Responses",
        "replayed with the item that follows them",
        (
            "protocols/openai_responses/test_encode_messages.py::test_an_answer_goes_back_as_it_came",
            "protocols/openai_responses/test_encode_messages.py::test_reasoning_needs_what_it_led_to",
        ),
    ),
    "D10": Beside(
        "Gemini's `thoughtSignature`",
        "on the same part, in the same place",
        ("test_handoff_everywhere.py::test_the_same_provider_gets_its_thinking_back",),
    ),
    "D11": Beside(
        "a call without a result, a result without a call",
        "repaired and listed, or refused",
        (
            "engine/test_handoff.py::test_a_call_without_a_result_gets_one_that_says_so",
            "engine/test_handoff.py::test_a_result_without_a_call_is_taken_out",
            "engine/test_handoff.py::test_strict_policy_refuses_repairs",
            "test_handoff_everywhere.py::test_an_interrupted_turn_is_repaired",
        ),
    ),
    "D12": Beside(
        "cuts inside a character, inside `data:`, inside an escape",
        "the same events",
        (
            "F24",
            "F25",
            "wire/test_sse.py::test_every_shape_in_every_cut",
            "wire/test_eventstream.py::test_messages_in_every_cut",
            "wire/test_ndjson.py::test_lines_in_every_cut",
        ),
    ),
    "F34": Beside(
        "an event, a head or a body without end",
        "bounded, with a typed error",
        (
            "wire/test_sse.py::test_one_event_larger_than_the_limit_is_refused",
            "wire/test_ndjson.py::test_a_line_larger_than_the_limit_is_refused",
            "wire/test_eventstream.py::test_a_message_larger_than_the_limit_is_refused",
            "wire/test_http1.py::test_what_has_no_end_is_bounded",
            "engine/test_accumulate.py::test_long_streams_keep_text_and_not_events",
        ),
    ),
    "F35": Beside(
        "codings that are not offered; a bomb",
        "a typed error; a piece has a limit",
        ("transport/test_unpack.py::test_a_coding_that_was_not_asked_for", "transport/test_unpack.py::test_a_piece_has_a_limit"),
    ),
    "F36": Beside(
        "every other spelling of a time to wait, and clocks that are wrong",
        "read, never negative, bounded",
        ("engine/test_delays.py::test_a_moment_in_every_spelling", "engine/test_delays.py::test_the_wish_of_the_provider"),
    ),
    "F38": Beside(
        "a hundred clients in an outage",
        "as many tries again as the budget holds",
        ("engine/test_budget.py::test_a_hundred_tries_again_empty_a_full_bucket",),
    ),
    "F40": Beside(
        "cancelled or closed at every state",
        "the connection is free, what came is kept",
        (
            "test_client.py::test_leaving_the_loop_keeps_the_partial_and_frees_the_connection",
            "test_aclient.py::test_cancelling_a_task_frees_the_connection_and_keeps_the_partial",
            "transport/test_streams.py::test_cancelled_while_connecting",
            "transport/test_streams.py::test_cancelled_before_the_head",
            "transport/test_streams.py::test_cancelled_between_pieces",
            "transport/test_streams.py::test_cancelled_inside_a_piece",
            "transport/test_streams.py::test_a_forgotten_body",
            "transport/test_sockets.py::test_closed_by_another_thread",
        ),
    ),
    "F41": Beside(
        "stopped while a tool runs",
        "the run goes on from there to the same end",
        ("engine/test_loop.py::test_a_run_stopped_anywhere_goes_on_to_the_same_end",),
    ),
    "F42": Beside(
        "no free connection; ten thousand failures",
        "`ConnectionFailed` (pool); nothing is left behind",
        ("transport/test_base.py::test_a_full_pool", "transport/test_base.py::test_failures_leave_nothing_behind"),
    ),
    "F43": Beside(
        "the server closes an idle connection, or closes while we send",
        "a new connection; not sent twice",
        (
            "transport/test_base.py::test_a_connection_that_was_closed_while_idle",
            "transport/test_base.py::test_a_connection_that_is_closed_while_we_send",
        ),
    ),
    "F46": Beside(
        "a fork, a second loop, many threads",
        "goes on",
        (
            "transport/test_sockets.py::test_forked",
            "transport/test_streams.py::test_one_transport_in_two_loops",
            "transport/test_sockets.py::test_many_threads_share_a_transport",
            "test_client.py::test_one_client_serves_many_threads",
        ),
    ),
    "F47": Beside(
        "the first target fails before, or after, its first words",
        "the second answers, or the error; the tries are listed",
        (
            "test_routes.py::test_the_next_answers_when_the_first_cannot",
            "test_routes.py::test_after_the_first_word_there_is_no_other_target",
            "test_routes.py::test_when_all_fail_the_last_error_tells_of_every_try",
        ),
    ),
    "F48": Beside(
        "a target that keeps failing",
        "left alone for a while, then probed; never for ever",
        (
            "engine/test_health.py::test_failures_in_a_row_send_a_target_to_rest",
            "engine/test_health.py::test_after_a_rest_one_probe_decides",
            "engine/test_health.py::test_rests_do_not_grow_for_ever",
        ),
    ),
    "F51": Beside(
        "counts missing, repeated, at the start and at the end",
        "unknown is unknown; totals, never twice",
        (
            "protocols/anthropic_messages/test_answers.py::test_counts_are_totals",
            "protocols/anthropic_messages/test_answers.py::test_unknown_counts_are_none",
            "protocols/openai_chat/test_answer.py::test_repeated_usage_is_told_once",
            "protocols/gemini/test_decode_stream.py::test_counts_are_told_at_the_beginning_and_at_the_end",
        ),
    ),
    "F53": Beside(
        "the clock is set during a wait", "makes no difference", ("transport/test_patience.py::test_a_clock_that_is_set",)
    ),
}
"""The cases, in the order of the page."""

LATER = {"F49": "gateway", "F50": "gateway"}
"""Cases that belong to a part that is not there yet."""
