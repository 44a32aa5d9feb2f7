"""`replywatch waiting`: who waits for an answer."""

from __future__ import annotations

import click

from replywatch.cli import options
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener, locale_of, write
from replywatch.errors import BreachError


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch waiting",
        "replywatch waiting --older-than 4h --fail   # for cron: exit code 4 if somebody waits longer",
    ],
)
@click.option("--older-than", metavar="TIME", help="Only those who wait at least so long, such as 90m, 4h or 2d.")
@click.option("--all", "everybody", is_flag=True, help="Also those who count as never answered by now.")
@click.option("--fail", is_flag=True, help="End with exit code 4 if anybody is listed.")
@options.format_option("table", "json")
@options.common
def waiting(context: Context, older_than: str | None, everybody: bool, fail: bool, output_format: str) -> None:
    """List who is waiting for an answer, as of the last poll.

    Enquiries come first, then later turns of conversations, which often need no answer; the longest wait is on top.
    """
    from replywatch.app.reporting.waiting import waiting as find_waiting
    from replywatch.domain.periods import parse_duration
    from replywatch.render.waiting import waiting_json, waiting_text

    config = load(context)
    least = parse_duration(older_than) if older_than else 0
    with Listener() as listener:
        found = find_waiting(config, least, listener, everybody=everybody)
    if output_format == "json":
        write(waiting_json(found))
    else:
        write(waiting_text(found, locale_of(config)))
    if fail and found.rows:
        raise BreachError(
            f"{len(found.rows)} wait for an answer" + (f" for {older_than} or longer" if older_than else "")
        )
