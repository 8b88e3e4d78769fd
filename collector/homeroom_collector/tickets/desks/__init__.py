"""The help desks that Homeroom speaks to. Each file has a settings class, a ``build``, and what the desk can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Capabilities, Desk
from homeroom_collector.tickets.desks import (
    django_helpdesk,
    email,
    freshservice,
    glpi,
    incident_iq,
    jira,
    osticket,
    request_tracker,
    servicenow,
    webhook,
    zammad,
    zendesk,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of help desk. ``settings`` is the class of its section of ``tickets.yml``."""

    settings: type[Any]
    build: Callable[[Any, Building], Desk]
    capabilities: Capabilities


DESKS: Mapping[str, Kind] = MappingProxyType(
    {
        "request_tracker": Kind(
            request_tracker.RequestTrackerSettings,
            request_tracker.build,
            request_tracker.RequestTracker.capabilities,
        ),
        "email": Kind(email.EmailSettings, email.build, email.EmailDesk.capabilities),
        "webhook": Kind(webhook.WebhookSettings, webhook.build, webhook.WebhookDesk.capabilities),
        "django_helpdesk": Kind(
            django_helpdesk.DjangoHelpdeskSettings,
            django_helpdesk.build,
            django_helpdesk.DjangoHelpdesk.capabilities,
        ),
        "zendesk": Kind(zendesk.ZendeskSettings, zendesk.build, zendesk.Zendesk.capabilities),
        "freshservice": Kind(
            freshservice.FreshserviceSettings, freshservice.build, freshservice.Freshservice.capabilities
        ),
        "jira": Kind(jira.JiraSettings, jira.build, jira.Jira.capabilities),
        "servicenow": Kind(servicenow.ServiceNowSettings, servicenow.build, servicenow.ServiceNow.capabilities),
        "zammad": Kind(zammad.ZammadSettings, zammad.build, zammad.Zammad.capabilities),
        "osticket": Kind(osticket.OsTicketSettings, osticket.build, osticket.OsTicket.capabilities),
        "glpi": Kind(glpi.GlpiSettings, glpi.build, glpi.Glpi.capabilities),
        "incident_iq": Kind(incident_iq.IncidentIqSettings, incident_iq.build, incident_iq.IncidentIq.capabilities),
    }
)
"""By the name of their section."""
