"""The rewards of sfr for ms-swift: ``--external_plugins sfr_ms_swift.py --reward_funcs sfr``."""

import swift.rewards

from sfr.adapters.ms_swift import SFRReward, term_rewards

swift.rewards.orms.update({"sfr": SFRReward, **term_rewards()})
