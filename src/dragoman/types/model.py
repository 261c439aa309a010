"""Models as the catalogue knows them: limits, prices and what each can do. None is unknown, which is neither yes nor no."""

from __future__ import annotations

from decimal import Decimal

import msgspec

__all__ = ["Model", "Price", "ReasoningStyle"]


class Price(msgspec.Struct, frozen=True, omit_defaults=True):
    """What tokens cost, in US dollars per million; None is unknown.

    `cache_write` is the vendor's usual lifetime (Anthropic: five minutes), `cache_write_1h` the hour's. `reasoning` is
    set only where reasoning costs other than `output`; sound costs `audio_input` and `audio_output` alone. `tiers` are the
    prices that replace these for a whole request whose prompt (read from the cache and written to it included) has
    more than `above` tokens. `services` are the prices of other service tiers by the vendor's word (`flex`,
    `priority`, `batch`, `fast`); `thinking` among them is the price of a whole answer in which the model reasoned.
    `times` are the prices that replace these, the last one that holds, from the day (`2027-01-01`) or within the hours
    (`1-5 01:00-04:00`, from Monday to Friday) that their `when` names, in UTC. What a replacing price leaves out is
    unknown there. `regional` is what all of it is multiplied by where the vendor keeps the work in one region for more
    money.
    """

    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_1h: Decimal | None = None
    reasoning: Decimal | None = None
    audio_input: Decimal | None = None
    audio_output: Decimal | None = None
    above: int | None = None
    when: str | None = None
    tiers: tuple[Price, ...] = ()
    services: dict[str, Price] = {}
    times: tuple[Price, ...] = ()
    regional: Decimal | None = None


class ReasoningStyle(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a model that reasons is told how much.

    `always` is True for a model whose reasoning cannot be switched off. `efforts` are the levels it takes, least first,
    None when unknown and empty when it takes none; `budget` the least and the largest number of tokens where it takes
    a number (None: no bound known), and None itself where it takes none or that is unknown; `adaptive` whether it takes
    "as much as you see fit"; `toggle` whether it is switched on and off.
    """

    always: bool | None = None
    efforts: tuple[str, ...] | None = None
    budget: tuple[int | None, int | None] | None = None
    adaptive: bool | None = None
    toggle: bool | None = None


class Model(msgspec.Struct, frozen=True, omit_defaults=True):
    """One model as one provider offers it.

    `context` is the window in tokens, prompt and answer together; `max_input` and `max_output` the bounds on either
    where the vendor states them. `inputs` and `outputs` are modalities (`text`, `image`, `audio`, `video`, `pdf`).
    `reasoning` is None when unknown, False for a model that does not reason, else how it is steered. `temperature`
    tells whether sampling parameters are taken, `schema` whether an answer can be held to a JSON Schema,
    `forced_tools` whether a tool call can be demanded, `prefill` whether a last assistant message is continued,
    `system_midway` whether a system message may stand after the first user message. Dates are ISO (`2026-06-30`, or
    `2026-01` where the day is unknown): `knowledge` is the training cut-off, `retires` the day the vendor switches it
    off. `source` names where the facts come from.
    """

    provider: str
    id: str
    name: str | None = None
    context: int | None = None
    max_input: int | None = None
    max_output: int | None = None
    price: Price | None = None
    inputs: tuple[str, ...] | None = None
    outputs: tuple[str, ...] | None = None
    tools: bool | None = None
    parallel_tools: bool | None = None
    forced_tools: bool | None = None
    schema: bool | None = None
    reasoning: ReasoningStyle | bool | None = None
    temperature: bool | None = None
    prefill: bool | None = None
    system_midway: bool | None = None
    caching: bool | None = None
    knowledge: str | None = None
    released: str | None = None
    retires: str | None = None
    open_weights: bool | None = None
    aliases: tuple[str, ...] = ()
    source: str | None = None
