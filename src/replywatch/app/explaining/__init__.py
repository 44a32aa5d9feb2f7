"""Why a message was judged and matched so, and corrections by hand."""
