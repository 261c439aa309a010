"""What a model cannot take in a conversation, by where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.catalog.fit_history import CONTINUE, fit_cache, fit_media, fit_prefill, fit_system
from dragoman.errors import Unsupported
from dragoman.protocols.base import Policy, Report, Target
from dragoman.types import (
    Audio,
    Base64,
    Block,
    Blocks,
    Cache,
    Document,
    FileId,
    Image,
    Message,
    PlainText,
    Request,
    ServerToolCall,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
    Url,
    Video,
    assistant,
    system,
    tool_result,
    user,
)
from dragoman.types.model import Model

TARGET = Target("own", "openai_chat", "m")
TEXT_ONLY = Model("own", "m", inputs=("text",))
PICTURE = Image(Base64("image/png", "aGk="))
OMITTED = Text("[image omitted: this model takes no images]")
CALL = ToolCall("c1", "look", "{}")

Rows = list[tuple[str, str, str | None]]


def fitted(rule: Any, model: Model, *messages: Message, policy: Policy = "adapt", **said: Any) -> tuple[Request, Rows]:
    report = Report(TARGET, policy)
    request = rule(Request("m", messages, **said), model, report)
    return request, [(item.feature, item.action, item.path) for item in report.adaptations]


class TestMedia:
    """Pictures, sound, film and PDF documents for models that do not take them."""

    def test_an_earlier_turn_keeps_a_line_in_its_place(self) -> None:
        """What has been answered already may be left out: its place is kept, and the omission listed."""
        request, rows = fitted(fit_media, TEXT_ONLY, user("Look:", PICTURE), assistant("A cat."), user("What colour?"))

        assert (user("Look:", OMITTED), assistant("A cat."), user("What colour?")) == request.messages
        assert [("image", "changed", "messages[0].content[1]")] == rows

    def test_the_current_turn_is_refused(self) -> None:
        """A question about a picture that is not sent has no answer worth paying for."""
        with pytest.raises(Unsupported, match=r'm takes no images.*adapt={"image": "adapt"}') as caught:
            fitted(fit_media, TEXT_ONLY, user("Hi"), assistant("Hi"), user("Look:"), user(PICTURE))

        assert "image" == caught.value.feature

    def test_a_strict_policy_refuses_earlier_turns_too(self) -> None:
        """Nothing is changed where nothing may change."""
        with pytest.raises(Unsupported):
            fitted(fit_media, TEXT_ONLY, user(PICTURE), assistant("A cat."), user("Really?"), policy="strict")

    def test_the_line_is_the_same_in_both_places(self) -> None:
        """A conversation that goes on encodes to the same bytes as before: prompt caches hold."""
        policy: Policy = {"image": "adapt"}
        first, _ = fitted(fit_media, TEXT_ONLY, user("Look:", PICTURE), policy=policy)
        more = (user("Look:", PICTURE), assistant("I cannot."), user("Pity."))
        second, rows = fitted(fit_media, TEXT_ONLY, *more, policy=policy)

        assert first.messages == second.messages[:1] == (user("Look:", OMITTED),)
        assert 1 == len(rows)

    def test_results_of_tools_are_looked_into(self) -> None:
        """A screenshot is a picture, of the current turn until the model has spoken of it."""
        asked = (user("Look"), assistant(CALL), tool_result(CALL, "Here:", PICTURE))
        with pytest.raises(Unsupported, match=r"messages\[2\]\.content\[0\]\.content\[1\]"):
            fitted(fit_media, TEXT_ONLY, *asked)

        request, rows = fitted(fit_media, TEXT_ONLY, *asked, assistant("Done."), user("Thanks"))
        assert tool_result(CALL, "Here:", OMITTED) == request.messages[2]
        assert [("image", "changed", "messages[2].content[0].content[1]")] == rows

    def test_documents_of_blocks_are_looked_into(self) -> None:
        """A picture inside a document made of blocks is a picture."""
        document = Document(Blocks((Text("Figure 1:"), PICTURE)), title="t")
        request, _ = fitted(fit_media, TEXT_ONLY, user(document), policy={"image": "adapt"})

        assert user(Document(Blocks((Text("Figure 1:"), OMITTED)), title="t")) == request.messages[0]

    def test_an_answer_to_be_continued_is_no_turn(self) -> None:
        """What a prefilled answer begins to speak of is still being asked about."""
        with pytest.raises(Unsupported):
            fitted(fit_media, TEXT_ONLY, user(PICTURE), assistant("The picture shows"))

    @pytest.mark.parametrize(
        ("block", "feature", "line"),
        [
            (Audio(Base64("audio/wav", "aGk=")), "audio", "[audio omitted: this model takes no audio]"),
            (Video(Url("https://example.com/v")), "video", "[video omitted: this model takes no video]"),
            (Document(Base64("application/pdf", "aGk=")), "document", "[document omitted: this model takes no PDF documents]"),
            (Document(Url("https://example.com/a.PDF?x=1")), "document", "[document omitted: this model takes no PDF documents]"),
            (
                Document(Url("https://example.com/a", "application/pdf")),
                "document",
                "[document omitted: this model takes no PDF documents]",
            ),
        ],
    )
    def test_each_kind_has_its_word(self, block: Block, feature: str, line: str) -> None:
        """The feature word is the block's, and the line says what is missing."""
        request, rows = fitted(fit_media, TEXT_ONLY, user(block), policy={feature: "adapt"})

        assert user(line) == request.messages[0]
        assert [(feature, "changed", "messages[0].content[0]")] == rows

    @pytest.mark.parametrize(
        "block",
        [
            Document(PlainText("words")),
            Document(Base64("text/plain", "aGk=")),
            Document(FileId("file_1")),
            Document(Url("https://example.com/page")),
            Document(Blocks((Text("words"),))),
            ToolResult("c1", (Text("words"),)),
            Text("words"),
        ],
    )
    def test_words_and_what_is_unknown_go_as_they_are(self, block: Block) -> None:
        """Every model reads text, and whether a file is a PDF is not guessed."""
        request = Request("m", (user(block),))

        assert fit_media(request, TEXT_ONLY, Report(TARGET, "strict")) is request

    def test_a_transcript_stands_for_sound(self) -> None:
        """Where it is known what was said, the words are sent, in the current turn too."""
        request, rows = fitted(fit_media, TEXT_ONLY, user(Audio(Base64("audio/wav", "aGk="), "Hello", cache=Cache())))

        assert user(Text("Hello", cache=Cache())) == request.messages[0]
        assert [("audio", "changed", "messages[0].content[0]")] == rows

    def test_a_cache_mark_stays_where_it_was(self) -> None:
        """The mark was on a place in the prompt, not on the picture."""
        picture = Image(Base64("image/png", "aGk="), cache=Cache("1h"))
        request, _ = fitted(fit_media, TEXT_ONLY, user(picture), policy={"image": "adapt"})

        assert Cache("1h") == request.messages[0].content[0].cache

    def test_what_the_model_takes_stays(self) -> None:
        """Only what is lacking is left out."""
        model = Model("own", "m", inputs=("text", "image"))
        sound = Audio(Base64("audio/wav", "aGk="))
        request, _ = fitted(fit_media, model, user(PICTURE, sound), assistant("Yes."), user("So?"))

        assert (PICTURE, Text("[audio omitted: this model takes no audio]")) == request.messages[0].content


class TestSystemMessages:
    """Instructions between turns."""

    MODEL = Model("own", "m", system_midway=False)

    def test_they_move_behind_those_at_the_head(self) -> None:
        """They stay instructions, and in their order."""
        turns = (system("a"), user("Hi"), system("b"), assistant("Hi"), Message("developer", (Text("c"),)), user("So?"))
        request, rows = fitted(fit_system, self.MODEL, *turns)

        assert (turns[0], turns[2], turns[4], turns[1], turns[3], turns[5]) == request.messages
        assert [("system_message", "moved", "messages[2]"), ("system_message", "moved", "messages[4]")] == rows

    def test_those_at_the_head_are_no_matter(self) -> None:
        """A conversation that begins with them is as every model wants it."""
        request = Request("m", (system("a"), user("Hi")))

        assert fit_system(request, self.MODEL, Report(TARGET, "strict")) is request


class TestPrefill:
    """A last message of the assistant, to be continued."""

    MODEL = Model("own", "m", prefill=False)

    def test_it_is_refused_unless_named(self) -> None:
        """A model that does not continue gives another answer than the one that was begun."""
        begun = (user("A haiku?"), assistant("Autumn"))
        with pytest.raises(Unsupported, match="end with a user message") as caught:
            fitted(fit_prefill, self.MODEL, *begun)
        request, rows = fitted(fit_prefill, self.MODEL, *begun, policy={"prefill": "adapt"})

        assert "prefill" == caught.value.feature
        assert (*begun, user(CONTINUE)) == request.messages
        assert [("prefill", "added", "messages[1]")] == rows

    @pytest.mark.parametrize(
        "last",
        [user("Hi"), assistant(), assistant(Thinking("hm")), assistant("Searching", ServerToolCall("s1", "search"))],
    )
    def test_other_ends_are_none(self, last: Message) -> None:
        """A question, an empty turn, and a turn of the vendor's own tools, which the vendor takes up again."""
        request = Request("m", (user("Hi"), last))

        assert fit_prefill(request, self.MODEL, Report(TARGET, "strict")) is request


class TestCacheMarks:
    """Marks for a model that caches nothing."""

    MODEL = Model("own", "m", caching=False)

    @pytest.mark.parametrize(
        ("messages", "said"),
        [
            ((user("Hi"),), {"cache": Cache()}),
            ((user("Hi"),), {"system": (Text("a", cache=Cache()),)}),
            ((user("Hi"),), {"tools": (Tool("f", cache=Cache()),)}),
            ((user(Text("Hi", cache=Cache("1h"))),), {}),
            ((user(ToolResult("c1", (Text("Hi", cache=Cache()),))),), {}),
        ],
    )
    def test_all_go_and_are_listed_once(self, messages: tuple[Message, ...], said: dict[str, Any]) -> None:
        """Wherever they stand, none is left; what was marked stays."""
        request, rows = fitted(fit_cache, self.MODEL, *messages, **said)

        assert [("cache", "dropped", None)] == rows
        assert fit_cache(request, self.MODEL, Report(TARGET, "strict")) is request
        assert len(messages[0].content) == len(request.messages[0].content)
        assert [tool.name for tool in said.get("tools", ())] == [tool.name for tool in request.tools if isinstance(tool, Tool)]
