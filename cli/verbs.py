"""Verbs as functions: a parameter of one of a few types stands for the options that type is made of."""

import inspect
from collections.abc import Callable
from typing import Any

from cli.consent import Consent, SevereConsent, consent_of, severe_consent_of
from cli.deployment import Deployment, deployment_of
from cli.exits import CommandError, Exit
from cli.output import Output, output_of

_MADE_OF: dict[type, Callable[..., Any]] = {
    Output: output_of,
    Deployment: deployment_of,
    Consent: consent_of,
    SevereConsent: severe_consent_of,
}


def verb(function: Callable[..., None]) -> Callable[..., None]:
    """Return the function as typer takes it, so that every verb has the same options, made the same way."""
    parameters = inspect.signature(function, eval_str=True).parameters
    groups = {name: _MADE_OF[parameter.annotation] for name, parameter in parameters.items() if parameter.annotation in _MADE_OF}
    options = {name: inspect.signature(maker, eval_str=True).parameters for name, maker in groups.items()}

    def called(**values: Any) -> None:  # noqa: ANN401 - whatever the options are
        made = {name: maker(**{option: values.pop(option) for option in options[name]}) for name, maker in groups.items()}
        try:
            function(**values, **made)
        except BrokenPipeError:
            raise CommandError("", Exit.INTERRUPTED) from None  # whoever read our output has had enough

    own = [parameter for name, parameter in parameters.items() if name not in groups]
    shared = [option for many in options.values() for option in many.values()]
    every = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*own, *shared)]
    called.__name__, called.__doc__ = function.__name__, function.__doc__
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in every}
    called.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    return called
