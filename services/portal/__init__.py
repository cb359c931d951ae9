"""The portal: pages for citizens, officials and auditors."""
