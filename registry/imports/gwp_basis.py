"""Which IPCC report the global warming potentials of an impact assessment method are from.

* EF 2.0 and EF 3.0: AR5. The JRC's data sets of the EF reference package say "baseline model of the IPCC 2013" and
  "within IPCC 5th Assessment Report" (LCIA methods "Climate change"; JRC114822, EUR 29600 EN, doi 10.2760/002447). In
  EF 3.0 HFC-134a counts 1550, HFC-143a 5510 and CFC-113 6590: AR5 with climate-carbon feedbacks (WG I, 2013, table
  8.SM.16: 1549, 5508, 6586), to three digits.
* EF 3.1: AR6. Its factors were updated (JRC130796, EUR 31414 EN, doi 10.2760/798894): the same gases count 1530, 5810
  and 6520, which are those of AR6 (WG I, 2021, table 7.SM.7).

The factors of EF as github.com/ecoinvent/lcia lists them from the JRC's tables, those of the IPCC as
github.com/openclimatedata/globalwarmingpotentials does. EN 15804+A2 takes its factors from the EF reference package
(eplca.jrc.ec.europa.eu/LCDN/EN15804.html); a data set of ILCD+EPD tells by its indicators from which. TRACI and CML are
not here: no report that a declaration can name is known to be theirs.
"""

BASES = {"EF 3.1": "AR6", "IPCC AR6": "AR6", "EF 3.0": "AR5", "EF 2.0": "AR5", "IPCC AR5": "AR5"}
"""The report behind a method."""
