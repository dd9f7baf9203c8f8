"""What `status` says of the network, sentence by sentence."""

from node import addresses, health, reach

NOW = 1_800_000_000_000
HEALTH = {
    "host_name": "corkboard.local",
    "web_ports": [8080, 80],
    "bound": True,
    "why_not": "",
    "peer_port": 8081,
    "listened_s": 60.0,
    "around": [],
    "peers": [],
}


def said(here=("10.0.0.5",), **told) -> str:
    return "\n".join(reach.in_words(HEALTH | told, here, NOW))


def peer(**told):
    return {"peer": "ab12", "name": "Mosque", "address": "https://10.0.0.7:8081", "seen_ms": NOW, "error": ""} | told


def test_where_all_is_well_it_says_where_phones_reach_the_board_and_no_more() -> None:
    assert said().splitlines() == [
        "Phones reach this board at http://corkboard.local/ or http://10.0.0.5/.",
        "Other spaces connect at 10.0.0.5:8081.",
    ]
    assert said(peers=[peer()], around=["ab12"]) == said()


def test_without_port_80_the_number_is_said_and_how_to_be_rid_of_it() -> None:
    told = said(web_ports=[8080])
    assert "http://corkboard.local:8080/ or http://10.0.0.5:8080/." in told
    assert "Port 80 is taken, or this user may not use it" in told
    elsewhere = said(web_ports=[8090])  # as it was started, whatever its settings say by now
    assert "http://corkboard.local:8090/ or http://10.0.0.5:8090/." in elsewhere and "Port 80" not in elsewhere


def test_two_networks_have_two_addresses() -> None:
    assert "http://corkboard.local/, http://10.0.0.5/ or http://10.9.0.1/." in said(here=("10.0.0.5", "10.9.0.1"))


def test_another_name_is_said() -> None:
    assert "Another board in this network is corkboard.local, so this one is corkboard-2.local." in said(
        host_name="corkboard-2.local"
    )
    assert "http://10.0.0.5/." in said(host_name="") and "It has no name in this network yet" in said(host_name="")


def test_no_network_is_no_fault_of_anybody() -> None:
    told = said(here=(), host_name="", peers=[peer(error="unreachable")])
    assert told == "No network is up. The kiosk works; phones and other spaces are reached as soon as there is one."


def test_a_taken_port_for_the_others_is_said_with_or_without_a_network() -> None:
    for here in ((), ("10.0.0.5",)):
        told = said(here, bound=False, why_not="Address already in use")
        assert "port 8081 cannot be used (Address already in use)" in told and "tries the port again" in told
    assert health.network(HEALTH) == [] and health.network(HEALTH | {"bound": False}) == ["Port 8081 cannot be used."]


def test_who_answers_but_is_not_heard_shows_that_the_network_filters() -> None:
    told = said(peers=[peer()])
    assert "Mosque answers at https://10.0.0.7:8081, but the two do not hear each other" in told
    assert "`exchange ADDRESS`" in told
    assert "Mosque" not in said(peers=[peer()], listened_s=3.0)  # there was no time yet
    assert "Mosque" not in said(peers=[peer(seen_ms=NOW - 600_000)])  # who knows whether it still answers


def test_who_is_away_is_said_with_what_helps() -> None:
    told = said(peers=[peer(error="unreachable", seen_ms=None)])
    assert "Mosque is not to be found in this network and does not answer at https://10.0.0.7:8081." in told
    assert "`bundle export FILE`" in told
    assert "at any address." in said(peers=[peer(error="no-address", address="", seen_ms=None)])


def test_the_name_is_kept_for_pages_and_what_is_no_name_is_passed_over(tmp_path) -> None:
    assert addresses.name(tmp_path) == "corkboard.local"
    addresses.keep_name(tmp_path, "corkboard-2.local")
    assert addresses.name(tmp_path) == "corkboard-2.local"
    (tmp_path / addresses.NAME_FILE).write_bytes("evil.example\n\u00e9".encode())
    assert addresses.name(tmp_path) == "corkboard.local"
