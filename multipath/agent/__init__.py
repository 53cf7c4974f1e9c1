"""The probe agent: it is asked, measures, delivers, and says how it is. A room for each."""
