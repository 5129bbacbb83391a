//! The canonical model of "generate a reply": every dialect is decoded into it and encoded from it.

mod event;
mod part;
mod request;
mod response;
mod target;
mod tool;

pub use event::{Delta, PartKind, StreamEvent};
pub use part::{
    AudioPart, CacheMark, FilePart, ImagePart, MediaSource, Message, Opaque, Part, Role, TextPart, Thinking, ToolCall,
    ToolCallKind, ToolResult, VideoPart,
};
pub use request::{Effort, GenerateRequest, OutputFormat, Reasoning, Sampling};
pub use response::{Choice, Finish, FinishReason, GenerateResponse};
pub use target::{Capabilities, ClientView, EffortBudgets, Target};
pub use tool::{Tool, ToolChoice};
