//! What a model can do, from the catalogue's flags.

use crate::entry::count;
use crate::members::Members;
use tianji_core::generate::Capabilities;

/// Reads the flags of an entry; what is not said is not known.
pub(crate) fn capabilities(members: &Members<'_>) -> Capabilities {
    let flag = |name: &str| match members.text(name) {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    };
    let number = |name: &str| members.text(name).and_then(count);
    Capabilities {
        max_output_tokens: number("max_output_tokens").or_else(|| number("max_tokens")),
        max_input_tokens: number("max_input_tokens"),
        adaptive_thinking: flag("supports_adaptive_thinking"),
        reasoning: flag("supports_reasoning"),
        native_structured_output: flag("supports_native_structured_output"),
        response_schema: flag("supports_response_schema"),
        sampling_params: flag("supports_sampling_params"),
        system_messages: flag("supports_system_messages"),
        mid_conversation_system: flag("supports_mid_conversation_system"),
        assistant_prefill: flag("supports_assistant_prefill"),
        function_calling: flag("supports_function_calling"),
        parallel_function_calling: flag("supports_parallel_function_calling"),
        vision: flag("supports_vision"),
        prompt_caching: flag("supports_prompt_caching"),
        xhigh_reasoning_effort: flag("supports_xhigh_reasoning_effort"),
        max_reasoning_effort: flag("supports_max_reasoning_effort"),
    }
}
