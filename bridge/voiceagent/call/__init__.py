"""The call as a pure object: events and the time go in, commands and the next deadline come out.

`events` and `commands` are the vocabulary. `session` composes the parts, one file each: `life` (of the call), `turns` (the
caller's), `barge_in`, `replies` (when the engine may be asked), `speech` (what the agent says until it was heard), `tools`,
`transfer`, `silence`, `keys`, `tenure` (of an engine session), `history`. What one of these means for the others is decided in
`conduct`, and for the caller's turns, tool calls, transfers, engine sessions and the end of a call in `floor`, `errands`,
`handover`, `renewal` and `ending`. `playback` is the account of what the caller has heard, shared with the audio lane.
`tables` follows and draws the state tables.
"""
