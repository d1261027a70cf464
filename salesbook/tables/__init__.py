"""Every table of the workbook, in the order of its sheets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from salesbook.tables import inputs, outputs, settings
from salesbook.tables.base import FieldSpec, Kind, Part, Role, Row, TableSpec, by_name

TABLES: Final[Mapping[str, TableSpec]] = by_name(
    settings.Setting,
    settings.Stage,
    settings.Product,
    settings.Metric,
    settings.Grade,
    settings.Level,
    settings.TierRule,
    settings.Bracket,
    settings.Spiff,
    settings.Rate,
    settings.RampStep,
    settings.SeasonWeight,
    settings.Holiday,
    inputs.Target,
    inputs.TargetMonth,
    inputs.Lock,
    inputs.ClosedPeriod,
    outputs.PlannedTarget,
    outputs.PlanChange,
    outputs.Attained,
    inputs.Rep,
    inputs.Assignment,
    inputs.Review,
    outputs.Score,
    outputs.ScoreLine,
    outputs.CommissionLine,
    outputs.Statement,
    inputs.Opening,
    inputs.Candidate,
    inputs.CandidateStep,
    inputs.InterviewScore,
    outputs.HiringStep,
    inputs.Course,
    inputs.TrainingRecord,
    outputs.TrainingGap,
    inputs.Customer,
    inputs.Activity,
    inputs.FeedbackItem,
    outputs.CustomerTier,
    outputs.Call,
    outputs.TierSnapshot,
    outputs.Duplicate,
    inputs.Lead,
    inputs.Deal,
    inputs.DealTeamMember,
    inputs.OrderLine,
    inputs.Payment,
    inputs.Initiative,
    outputs.FunnelStage,
    outputs.StageTime,
    outputs.DealOrder,
    outputs.ForecastRow,
    outputs.Alert,
    outputs.StageEntry,
    outputs.ForecastSnapshot,
    outputs.Check,
    inputs.Waiver,
    inputs.ImportMap,
    outputs.ParkedNote,
    outputs.Run,
)
"""Tables by name: settings, then part by part, inputs before what is made of them."""

__all__ = ["TABLES", "FieldSpec", "Kind", "Part", "Role", "Row", "TableSpec"]
