//! Bodies of Nova models: OpenAI's but for the model, which the endpoint is (Amazon Nova User Guide, "API Reference" of
//! "SageMaker inference").

use crate::edit::EditError;
use tianji_core::Losses;
use tianji_core::generate::Target;
use tianji_wire::RawObject;

pub(super) fn edit(body: &mut RawObject, _: &Target<'_>, _: &mut Losses) -> Result<(), EditError> {
    body.remove("model");
    Ok(())
}
