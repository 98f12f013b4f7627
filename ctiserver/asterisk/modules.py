"""The modules that Asterisk loads, and no others: what is not loaded cannot be attacked or misconfigured.

In the order in which `modules.conf` lists them. Some are there because another needs them: res_agi needs
res_speech; app_mixmonitor needs func_periodic_hook, which needs app_chanspy, func_cut, func_uri and
func_groupcount; res_ari needs res_websocket_client; res_ari_bridges needs res_stasis_recording; cel_custom
needs res_cdrel_custom. Faxes need res_fax with res_fax_spandsp, T.38 over SIP res_pjsip_t38, and func_env
writes down what became of them.
"""

from pathlib import Path


def _named(prefix: str, names: str) -> tuple[str, ...]:
    return tuple(f"{prefix}{name}" for name in names.split())


_FOUNDATION = (
    *_named("res_", "timing_timerfd crypto pjproject speech"),
    *_named("res_sorcery_", "config memory astdb"),
)
_SIP = (
    "res_pjsip",
    *_named(
        "res_pjsip_",
        "session sdp_rtp endpoint_identifier_ip endpoint_identifier_user authenticator_digest "
        "outbound_authenticator_digest caller_id dtmf_info rfc3326 acl nat registrar header_funcs pubsub "
        "refer logger transport_websocket outbound_registration",
    ),
    "res_rtp_asterisk",
    "res_srtp",
    "chan_pjsip",
    "chan_bridge_media",
    "chan_websocket",
)
_MEDIA = (
    *_named("bridge_", "simple softmix holding native_rtp builtin_features"),
    *_named("codec_", "ulaw alaw a_mu gsm resample opus_open_source"),
    "res_format_attr_opus",
    *_named("format_", "pcm gsm wav sln"),
    "res_musiconhold",
)
_ARI = (
    *_named("res_", "http_websocket websocket_client stasis"),
    *_named("res_stasis_", "answer playback recording snoop device_state"),
    "res_ari",
    *_named(
        "res_ari_",
        "model applications asterisk bridges channels device_states endpoints events playbacks "
        "recordings sounds",
    ),
    "app_stasis",
)
_DIALPLAN = (
    "pbx_config",
    "res_agi",
    *_named(
        "func_",
        "cut uri groupcount periodic_hook callerid channel hangupcause timeout strings logic global cdr math "
        "talkdetect dialplan",
    ),
    *_named("app_", "dial queue playback read verbose stack mixmonitor chanspy amd originate echo"),
)
_FAX = ("func_env", "res_pjsip_t38", "res_fax", "res_fax_spandsp")
_RECORDS = ("res_cdrel_custom", "cel_custom", "app_celgenuserevent")

MODULES: tuple[str, ...] = (*_FOUNDATION, *_SIP, *_MEDIA, *_ARI, *_DIALPLAN, *_FAX, *_RECORDS)


def missing_modules(module_dir: Path) -> list[str]:
    """Modules that we need and that are not in the folder."""
    return [name for name in MODULES if not (module_dir / f"{name}.so").exists()]
